-- whimbrel:rename mood=feeling
-- whimbrel:rename domain email="E-Mail"
-- whimbrel:rename type address=place
-- whimbrel:rename attribute address.town=city
-- whimbrel:rename temperatures=heatrange
-- whimbrel:rename point_of.x=left_side
-- whimbrel:rename function town=city_of
-- whimbrel:rename cheer(mood, email)=cheer_up
CREATE TYPE feeling AS ENUM ('sad', 'happy', 'delighted');
CREATE DOMAIN "E-Mail" AS text CONSTRAINT is_mail CHECK (VALUE LIKE '%@%');
CREATE TYPE place AS (street text, city text);
CREATE TYPE heatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE point_of AS (left_side integer, y integer);
CREATE TABLE points OF point_of (PRIMARY KEY (left_side));
CREATE TABLE people (
    id integer PRIMARY KEY, mood feeling DEFAULT 'happy', mail "E-Mail", home place, fever heatrange DEFAULT heatrange(36, 38)
);
CREATE FUNCTION city_of(place) RETURNS text LANGUAGE sql AS $$ SELECT $1.city $$;
CREATE FUNCTION cheer_up(feeling, "E-Mail") RETURNS feeling LANGUAGE sql AS $$ SELECT 'happy'::feeling $$;
CREATE VIEW towns AS SELECT id, (home).city AS town FROM people;
COMMENT ON TYPE feeling IS 'how they feel';
COMMENT ON COLUMN place.city IS 'where';
