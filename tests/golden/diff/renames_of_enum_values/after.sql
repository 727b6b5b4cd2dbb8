-- whimbrel:rename mood.sad=unhappy
-- whimbrel:rename mood."it's fine"='all right'
-- whimbrel:rename value public.mood.'C:\temp' = "D:\temp"
-- whimbrel:rename mood.Ünïcode=unicode
CREATE TYPE mood AS ENUM ('unhappy', 'ok', 'all right', 'D:\temp', 'unicode');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'unhappy' CHECK (mood <> 'all right'),
    moods mood[] DEFAULT '{unhappy,ok}'
);
CREATE INDEX people_sad ON people (id) WHERE mood = 'unhappy';
CREATE VIEW sad_people AS SELECT id FROM people WHERE mood = 'unhappy';
CREATE FUNCTION is_sad(mood) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 = 'unhappy' $$;
CREATE TABLE log (mood mood NOT NULL) PARTITION BY LIST (mood);
CREATE TABLE log_sad PARTITION OF log FOR VALUES IN ('unhappy');
