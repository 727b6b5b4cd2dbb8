-- revision: b4e29a610c7d
-- revises: 8f3c1d5a7e20
-- created: 2026-01-14T10:30:00Z
-- message: create profiles

-- migrate:up
CREATE TABLE profiles (
    user_id BIGINT NOT NULL,
    headline VARCHAR(120) NOT NULL DEFAULT '',
    phone VARCHAR(32),
    location VARCHAR(120),
    website VARCHAR(2000),
    about TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id),
    CONSTRAINT profiles_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- migrate:down
DROP TABLE profiles;
