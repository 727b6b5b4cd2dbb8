-- revision: 18c3d7f690eb
-- revises: ba5721f4c09e
-- created: 2026-08-19T14:50:00Z
-- message: make e-mail addresses unique whatever their case

-- migrate:up
CREATE UNIQUE INDEX users_lower_email_idx ON users (lower(email));
DROP INDEX users_email_idx;

-- migrate:down
CREATE UNIQUE INDEX users_email_idx ON users (email);
DROP INDEX users_lower_email_idx;
