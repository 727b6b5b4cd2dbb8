CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN email AS text CONSTRAINT email_check CHECK (VALUE LIKE '%@%');
CREATE TYPE address AS (street text, town text);
CREATE TYPE temperatures AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE point_of AS (x integer, y integer);
CREATE TABLE points OF point_of (PRIMARY KEY (x));
INSERT INTO points VALUES (1, 2);
CREATE TABLE people (
    id integer PRIMARY KEY, mood mood DEFAULT 'happy', mail email, home address, fever temperatures DEFAULT temperatures(36, 38)
);
INSERT INTO people VALUES (1, 'sad', 'a@b', ROW('x', 'y'), '[37,39)');
CREATE FUNCTION town(address) RETURNS text LANGUAGE sql AS $$ SELECT $1.town $$;
CREATE FUNCTION cheer(mood, email) RETURNS mood LANGUAGE sql AS $$ SELECT 'happy'::mood $$;
CREATE VIEW towns AS SELECT id, (home).town AS town FROM people;
COMMENT ON TYPE mood IS 'how they feel';
COMMENT ON COLUMN address.town IS 'where';
