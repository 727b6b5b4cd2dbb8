-- revision: 2b95f7d14ce6
-- revises: c3d80e6a91f4
-- created: 2026-03-26T15:40:00Z
-- message: move skill_list into resume_skills

-- migrate:up
-- 'SQL, python ; Python' becomes three parts at positions 1, 2 and 3.
CREATE TEMPORARY VIEW skill_parts AS
SELECT resumes.id AS resume_id,
       part.position AS position,
       rtrim(substr(btrim(part.name, E' \t\r\n'), 1, 80)) AS name
FROM resumes
CROSS JOIN LATERAL regexp_split_to_table(resumes.skill_list, '[,;]')
    WITH ORDINALITY AS part (name, position)
WHERE btrim(part.name, E' \t\r\n') <> '';

-- One row per skill, spelled as it was first written.
INSERT INTO skills (name)
SELECT name
FROM (
    SELECT name, resume_id, position,
           row_number() OVER (PARTITION BY lower(name) ORDER BY resume_id, position) AS mention
    FROM skill_parts
) AS mentions
WHERE mention = 1
ORDER BY resume_id, position
ON CONFLICT DO NOTHING;

INSERT INTO resume_skills (resume_id, skill_id, position)
SELECT skill_parts.resume_id, skills.id, min(skill_parts.position)
FROM skill_parts
JOIN skills ON lower(skills.name) = lower(skill_parts.name)
GROUP BY skill_parts.resume_id, skills.id
ON CONFLICT DO NOTHING;

DROP VIEW skill_parts;
ALTER TABLE resumes DROP COLUMN skill_list;

-- migrate:up engine:sqlite
-- 'SQL, python ; Python' becomes three parts at positions 1, 2 and 3.
CREATE TEMPORARY VIEW skill_parts AS
WITH RECURSIVE part (resume_id, position, name, rest) AS (
    SELECT id, 0, '', replace(skill_list, ';', ',') || ','
    FROM resumes
    UNION ALL
    SELECT resume_id, position + 1,
           trim(substr(rest, 1, instr(rest, ',') - 1), char(32, 9, 13, 10)),
           substr(rest, instr(rest, ',') + 1)
    FROM part
    WHERE rest <> ''
)
SELECT resume_id, position, rtrim(substr(name, 1, 80)) AS name
FROM part
WHERE name <> '';

-- One row per skill, spelled as it was first written.
INSERT INTO skills (name)
SELECT name
FROM (
    SELECT name, resume_id, position,
           row_number() OVER (PARTITION BY lower(name) ORDER BY resume_id, position) AS mention
    FROM skill_parts
) AS mentions
WHERE mention = 1
ORDER BY resume_id, position
ON CONFLICT DO NOTHING;

INSERT INTO resume_skills (resume_id, skill_id, position)
SELECT skill_parts.resume_id, skills.id, min(skill_parts.position)
FROM skill_parts
JOIN skills ON lower(skills.name) = lower(skill_parts.name)
GROUP BY skill_parts.resume_id, skills.id
ON CONFLICT DO NOTHING;

DROP VIEW skill_parts;
ALTER TABLE resumes DROP COLUMN skill_list;

-- migrate:down
ALTER TABLE resumes ADD COLUMN skill_list TEXT NOT NULL DEFAULT '';

UPDATE resumes
SET skill_list = coalesce((
    SELECT string_agg(skills.name, ', ' ORDER BY resume_skills.position, skills.name)
    FROM resume_skills
    JOIN skills ON skills.id = resume_skills.skill_id
    WHERE resume_skills.resume_id = resumes.id
), '');

-- The list is the truth again; the levels have no place in it.
DELETE FROM resume_skills;
DELETE FROM skills;

-- migrate:down engine:sqlite
ALTER TABLE resumes ADD COLUMN skill_list TEXT NOT NULL DEFAULT '';

UPDATE resumes
SET skill_list = coalesce((
    SELECT group_concat(name, ', ')
    FROM (
        SELECT skills.name AS name
        FROM resume_skills
        JOIN skills ON skills.id = resume_skills.skill_id
        WHERE resume_skills.resume_id = resumes.id
        ORDER BY resume_skills.position, skills.name
    )
), '');

-- The list is the truth again; the levels have no place in it.
DELETE FROM resume_skills;
DELETE FROM skills;
