-- revision: 6d0b8ea5273c
-- revises: 47a6f0b3e8d2
-- created: 2026-06-15T09:20:00Z
-- message: index payments by user and time

-- migrate:up transaction:false
-- The table is large and written to all day: build the index without locking it.
CREATE INDEX CONCURRENTLY payments_user_id_created_at_idx ON payments (user_id, created_at);

-- migrate:up engine:sqlite
CREATE INDEX payments_user_id_created_at_idx ON payments (user_id, created_at);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY payments_user_id_created_at_idx;

-- migrate:down engine:sqlite
DROP INDEX payments_user_id_created_at_idx;
