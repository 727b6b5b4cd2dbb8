CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE t (id integer PRIMARY KEY, a integer DEFAULT f(1), g integer GENERATED ALWAYS AS (f(2)) STORED, CHECK (f(id) > 0));
CREATE INDEX ON t (f(id));
CREATE VIEW v AS SELECT f(a) FROM t;
CREATE POLICY p ON t USING (f(a) = 1);
CREATE AGGREGATE s(integer) (SFUNC = int4pl, STYPE = integer);
