CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s fine', 'C:\temp', 'Ünïcode');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'sad' CHECK (mood <> 'it''s fine'),
    moods mood[] DEFAULT '{sad,ok}'
);
INSERT INTO people VALUES (1, 'sad', '{sad,ok}'), (2, 'C:\temp', NULL);
CREATE INDEX people_sad ON people (id) WHERE mood = 'sad';
CREATE VIEW sad_people AS SELECT id FROM people WHERE mood = 'sad';
CREATE FUNCTION is_sad(mood) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 = 'sad' $$;
CREATE TABLE log (mood mood NOT NULL) PARTITION BY LIST (mood);
CREATE TABLE log_sad PARTITION OF log FOR VALUES IN ('sad');
