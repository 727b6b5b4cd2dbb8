"""The triggers, as the migrations make them.

The application needs none of this. It completes the models for `whimbrel create`, which
would else take the triggers for leftovers (see whimbrel.ini).
"""

from sqlalchemy import DDL, event

from app.models import Payment, Resume, User


def after_create(table, dialect, *statements):
    for statement in statements:
        # In DDL() a percent sign is written twice.
        event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))


TOUCH = """
CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$"""

KEEP_SETTLED = """
CREATE FUNCTION keep_settled_payment() RETURNS trigger
LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.status IN ('paid', 'refunded')
       AND (NEW.user_id, NEW.amount_cents, NEW.currency)
           IS DISTINCT FROM (OLD.user_id, OLD.amount_cents, OLD.currency)
    THEN
        RAISE EXCEPTION 'payment %% is settled; book a refund instead', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$guard$"""

after_create(User.__table__, "postgresql", TOUCH)
after_create(Payment.__table__, "postgresql", KEEP_SETTLED, """
CREATE TRIGGER payments_keep_settled
    BEFORE UPDATE OF user_id, amount_cents, currency ON payments
    FOR EACH ROW EXECUTE FUNCTION keep_settled_payment()""")
after_create(Payment.__table__, "sqlite", """
CREATE TRIGGER payments_keep_settled
BEFORE UPDATE OF user_id, amount_cents, currency ON payments
FOR EACH ROW
WHEN OLD.status IN ('paid', 'refunded')
     AND (NEW.user_id IS NOT OLD.user_id
          OR NEW.amount_cents IS NOT OLD.amount_cents
          OR NEW.currency IS NOT OLD.currency)
BEGIN
    SELECT raise(ABORT, 'the payment is settled; book a refund instead');
END""")

for model in (User, Resume):  # resumes refer to users, which are made first
    after_create(model.__table__, "postgresql", """
CREATE TRIGGER %(table)s_touch_updated_at
    BEFORE UPDATE ON %(table)s
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at()""")
    after_create(model.__table__, "sqlite", """
CREATE TRIGGER %(table)s_touch_updated_at
AFTER UPDATE ON %(table)s
FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND NEW.updated_at < CURRENT_TIMESTAMP
BEGIN
    UPDATE %(table)s SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END""")
