-- revision: 7ac4093be5f1
-- revises: d81e5f3a0b96
-- created: 2026-05-12T17:05:00Z
-- message: keep settled payments as they are

-- migrate:up
CREATE FUNCTION keep_settled_payment() RETURNS trigger
LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.status IN ('paid', 'refunded')
       AND (NEW.user_id, NEW.amount_cents, NEW.currency)
           IS DISTINCT FROM (OLD.user_id, OLD.amount_cents, OLD.currency)
    THEN
        RAISE EXCEPTION 'payment % is settled; book a refund instead', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$guard$;

CREATE TRIGGER payments_keep_settled
    BEFORE UPDATE OF user_id, amount_cents, currency ON payments
    FOR EACH ROW EXECUTE FUNCTION keep_settled_payment();

-- migrate:up engine:sqlite
CREATE TRIGGER payments_keep_settled
BEFORE UPDATE OF user_id, amount_cents, currency ON payments
FOR EACH ROW
WHEN OLD.status IN ('paid', 'refunded')
     AND (NEW.user_id IS NOT OLD.user_id
          OR NEW.amount_cents IS NOT OLD.amount_cents
          OR NEW.currency IS NOT OLD.currency)
BEGIN
    SELECT raise(ABORT, 'the payment is settled; book a refund instead');
END;

-- migrate:down
DROP TRIGGER payments_keep_settled ON payments;
DROP FUNCTION keep_settled_payment();

-- migrate:down engine:sqlite
DROP TRIGGER payments_keep_settled;
