-- revision: 9c12e84d7fa5
-- revises: e05b72c8d914
-- created: 2026-02-16T11:20:00Z
-- message: split full_name into first_name and last_name

-- migrate:up
ALTER TABLE users ADD COLUMN first_name VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN last_name VARCHAR(200) NOT NULL DEFAULT '';

-- The first word, and whatever follows it: 'Vincent' + 'van Gogh', 'Cher' + ''.
UPDATE users
SET first_name = coalesce(substring(full_name FROM '\S+'), ''),
    last_name = regexp_replace(full_name, '^\s*\S+\s*|\s+$', '', 'g');

ALTER TABLE users DROP COLUMN full_name;

-- migrate:up engine:sqlite
ALTER TABLE users ADD COLUMN first_name VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN last_name VARCHAR(200) NOT NULL DEFAULT '';

-- The first word, and whatever follows it: 'Vincent' + 'van Gogh', 'Cher' + ''.
UPDATE users
SET full_name = trim(replace(replace(replace(full_name, char(9), ' '), char(10), ' '), char(13), ' '));
UPDATE users
SET first_name = substr(full_name, 1, instr(full_name || ' ', ' ') - 1),
    last_name = ltrim(substr(full_name, instr(full_name || ' ', ' ') + 1));

ALTER TABLE users DROP COLUMN full_name;

-- migrate:down
ALTER TABLE users ADD COLUMN full_name VARCHAR(200) NOT NULL DEFAULT '';

UPDATE users
SET full_name = substr(trim(first_name || ' ' || last_name), 1, 200);

ALTER TABLE users DROP COLUMN last_name;
ALTER TABLE users DROP COLUMN first_name;
