CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('new', 'paid');
CREATE TABLE shop.orders (id serial PRIMARY KEY, total integer, note text);
INSERT INTO shop.orders (total, note) VALUES (1, 'x');
CREATE VIEW shop.totals AS SELECT id, total FROM shop.orders;
CREATE FUNCTION shop.pay(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE shop.events (at timestamptz, what text) PARTITION BY RANGE (at);
CREATE TABLE shop.events_old PARTITION OF shop.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE shop.audit (what text);
CREATE PROCEDURE shop.clean() LANGUAGE sql AS '';

GRANT USAGE, CREATE ON SCHEMA shop TO golden_writer;
GRANT ALL ON shop.orders TO golden_writer;
GRANT SELECT ON shop.orders TO golden_reader WITH GRANT OPTION;
GRANT SELECT (id, total) ON shop.totals TO golden_reader;
GRANT SELECT ON shop.totals TO golden_writer;
GRANT SELECT ON shop.audit TO PUBLIC;
ALTER TABLE shop.audit OWNER TO golden_owner;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO golden_reader;
