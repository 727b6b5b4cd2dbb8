-- a domain gets stricter while it is a part of what is stored: PostgreSQL can't look at such values where they are
CREATE TYPE mood AS ENUM ('good', 'bad', 'worse');
CREATE DOMAIN amount AS integer;
CREATE DOMAIN label AS text CONSTRAINT short CHECK (length(VALUE) < 10);
CREATE DOMAIN sizes AS amount[];
CREATE DOMAIN plain AS integer;
CREATE DOMAIN loose AS integer NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
CREATE TYPE item AS (label label, mood mood);
CREATE TYPE span AS RANGE (subtype = amount);
CREATE TABLE goods (id integer PRIMARY KEY, amounts amount[], sizes sizes, span span, item item, items item[], plain plain, loose loose[]);
CREATE VIEW of_goods AS SELECT id, (item).label, sizes FROM goods;
CREATE FUNCTION add(amount, plain) RETURNS amount LANGUAGE sql AS 'SELECT 1';
INSERT INTO goods VALUES (1, '{1,2}', '{3}', '[1,5)', ('a', 'good'), '{"(b,bad)"}', 7, '{1}'), (2, NULL, NULL, NULL, NULL, NULL, NULL, '{}');
