CREATE TABLE items (id integer PRIMARY KEY, price bigint NOT NULL DEFAULT 0);
CREATE VIEW dear AS SELECT id, price FROM items WHERE price > 5;
CREATE VIEW dearest AS SELECT max(price) AS price FROM dear;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM dear;
CREATE UNIQUE INDEX kept_id ON kept (id);
COMMENT ON VIEW dear IS 'the dear ones';
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(price) FROM items; END;
