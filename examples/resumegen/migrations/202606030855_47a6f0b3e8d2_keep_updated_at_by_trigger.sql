-- revision: 47a6f0b3e8d2
-- revises: 3f9e6b12d8c0
-- created: 2026-06-03T08:55:00Z
-- message: keep updated_at by trigger

-- migrate:up
CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER users_touch_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER resumes_touch_updated_at
    BEFORE UPDATE ON resumes
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- migrate:up engine:sqlite
CREATE TRIGGER users_touch_updated_at
AFTER UPDATE ON users
FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND NEW.updated_at < CURRENT_TIMESTAMP
BEGIN
    UPDATE users SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;
CREATE TRIGGER resumes_touch_updated_at
AFTER UPDATE ON resumes
FOR EACH ROW
WHEN NEW.updated_at IS OLD.updated_at AND NEW.updated_at < CURRENT_TIMESTAMP
BEGIN
    UPDATE resumes SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

-- migrate:down
DROP TRIGGER resumes_touch_updated_at ON resumes;
DROP TRIGGER users_touch_updated_at ON users;
DROP FUNCTION touch_updated_at();

-- migrate:down engine:sqlite
DROP TRIGGER resumes_touch_updated_at;
DROP TRIGGER users_touch_updated_at;
