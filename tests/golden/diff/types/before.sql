CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TYPE point3 AS (x integer, y integer);
CREATE TABLE t (id integer PRIMARY KEY, mail email, n text, flag integer, tags text);
INSERT INTO t VALUES (1, 'a@b', '7', 1, 'x');
