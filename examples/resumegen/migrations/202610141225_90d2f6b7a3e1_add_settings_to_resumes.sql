-- revision: 90d2f6b7a3e1
-- revises: e47b0a95c6d8
-- created: 2026-10-14T12:25:00Z
-- message: add settings to resumes

-- migrate:up
ALTER TABLE resumes ADD COLUMN settings JSONB NOT NULL DEFAULT '{}';

-- migrate:up engine:sqlite
ALTER TABLE resumes ADD COLUMN settings JSON NOT NULL DEFAULT '{}';

-- migrate:down
ALTER TABLE resumes DROP COLUMN settings;
