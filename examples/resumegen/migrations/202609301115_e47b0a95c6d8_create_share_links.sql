-- revision: e47b0a95c6d8
-- revises: 18c3d7f690eb
-- created: 2026-09-30T11:15:00Z
-- message: create share links

-- migrate:up
CREATE TABLE share_links (
    token VARCHAR(64) NOT NULL,
    resume_id BIGINT NOT NULL,
    views INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMPTZ,
    PRIMARY KEY (token),
    CONSTRAINT share_links_resume_id_fkey
        FOREIGN KEY (resume_id) REFERENCES resumes (id) ON DELETE CASCADE
);
CREATE INDEX share_links_resume_id_idx ON share_links (resume_id);

-- migrate:up engine:sqlite
CREATE TABLE share_links (
    token VARCHAR(64) NOT NULL,
    resume_id BIGINT NOT NULL,
    views INTEGER NOT NULL DEFAULT 0,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at DATETIME,
    PRIMARY KEY (token),
    CONSTRAINT share_links_resume_id_fkey
        FOREIGN KEY (resume_id) REFERENCES resumes (id) ON DELETE CASCADE
);
CREATE INDEX share_links_resume_id_idx ON share_links (resume_id);

-- migrate:down
DROP TABLE share_links;
