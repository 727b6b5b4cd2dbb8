-- revision: 27c6a30d7c24
-- revises: 90d2f6b7a3e1
-- created: 2026-10-27T09:00:00Z
-- message: add language to resumes

-- migrate:up
ALTER TABLE resumes ADD COLUMN language VARCHAR(8) NOT NULL DEFAULT 'en';

-- migrate:down
ALTER TABLE resumes DROP COLUMN language;
