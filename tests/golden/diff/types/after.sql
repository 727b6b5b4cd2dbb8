CREATE DOMAIN email AS text NOT NULL DEFAULT 'nobody@example.org' CONSTRAINT has_at CHECK (VALUE ~ '@') CONSTRAINT short CHECK (length(VALUE) < 100);
CREATE TYPE point3 AS (x integer, y integer, z double precision);
CREATE TYPE span AS RANGE (subtype = double precision);
CREATE TABLE t (id integer PRIMARY KEY, mail email, n integer, flag boolean, tags text[]);
