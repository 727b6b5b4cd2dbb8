-- revision: add_payment_status
-- revises: 0fb6d92c4a71
-- created: 2026-04-14T11:45:00Z
-- message: add payment status

-- migrate:up
CREATE TYPE payment_status AS ENUM ('pending', 'paid', 'failed', 'refunded');
ALTER TABLE payments ADD COLUMN status payment_status NOT NULL DEFAULT 'pending';
UPDATE payments SET status = 'paid' WHERE paid_at IS NOT NULL;
CREATE INDEX payments_pending_idx ON payments (created_at) WHERE status = 'pending';

-- migrate:up engine:sqlite
ALTER TABLE payments ADD COLUMN status VARCHAR(8) NOT NULL DEFAULT 'pending'
    CONSTRAINT payments_payment_status_check
    CHECK (status IN ('pending', 'paid', 'failed', 'refunded'));
UPDATE payments SET status = 'paid' WHERE paid_at IS NOT NULL;
CREATE INDEX payments_pending_idx ON payments (created_at) WHERE status = 'pending';

-- migrate:down
DROP INDEX payments_pending_idx;
ALTER TABLE payments DROP COLUMN status;
DROP TYPE payment_status;

-- migrate:down engine:sqlite
DROP INDEX payments_pending_idx;
ALTER TABLE payments DROP COLUMN status;
