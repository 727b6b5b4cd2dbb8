-- revision: 3f9e6b12d8c0
-- revises: a97f40e1d3b8, 7ac4093be5f1
-- created: 2026-05-26T10:00:00Z
-- message: merge content and billing

-- migrate:up

-- migrate:down
