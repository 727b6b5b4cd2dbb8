-- revision: ba5721f4c09e
-- revises: 6d0b8ea5273c
-- created: 2026-07-08T08:35:00Z
-- message: check the dates of work experiences

-- migrate:up lock-timeout:5s
-- Dates the wrong way round were typed into the wrong boxes.
UPDATE work_experiences
SET started_on = ended_on, ended_on = started_on
WHERE ended_on < started_on;

ALTER TABLE work_experiences
    ADD CONSTRAINT work_experiences_dates_check CHECK (ended_on >= started_on);

-- migrate:up engine:sqlite
-- SQLite can't add a constraint to a table: make it anew. Nothing refers to this one.
CREATE TABLE work_experiences_new (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    company VARCHAR(160) NOT NULL,
    job_title VARCHAR(160) NOT NULL,
    location VARCHAR(120),
    started_on DATE NOT NULL,
    ended_on DATE,
    description TEXT NOT NULL DEFAULT '',
    CONSTRAINT work_experiences_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT work_experiences_dates_check CHECK (ended_on >= started_on)
);

-- Dates the wrong way round were typed into the wrong boxes.
INSERT INTO work_experiences_new
    (id, user_id, company, job_title, location, started_on, ended_on, description)
SELECT id, user_id, company, job_title, location,
       CASE WHEN ended_on < started_on THEN ended_on ELSE started_on END,
       CASE WHEN ended_on < started_on THEN started_on ELSE ended_on END,
       description
FROM work_experiences;

DROP TABLE work_experiences;
ALTER TABLE work_experiences_new RENAME TO work_experiences;
CREATE INDEX work_experiences_user_id_idx ON work_experiences (user_id);

-- migrate:down
ALTER TABLE work_experiences DROP CONSTRAINT work_experiences_dates_check;

-- migrate:down engine:sqlite
CREATE TABLE work_experiences_new (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    company VARCHAR(160) NOT NULL,
    job_title VARCHAR(160) NOT NULL,
    location VARCHAR(120),
    started_on DATE NOT NULL,
    ended_on DATE,
    description TEXT NOT NULL DEFAULT '',
    CONSTRAINT work_experiences_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

INSERT INTO work_experiences_new
    (id, user_id, company, job_title, location, started_on, ended_on, description)
SELECT id, user_id, company, job_title, location, started_on, ended_on, description
FROM work_experiences;

DROP TABLE work_experiences;
ALTER TABLE work_experiences_new RENAME TO work_experiences;
CREATE INDEX work_experiences_user_id_idx ON work_experiences (user_id);
