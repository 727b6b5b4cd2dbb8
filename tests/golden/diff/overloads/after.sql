CREATE FUNCTION label(integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'no ' || $1 $$;
CREATE FUNCTION unused(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'two' $$;
CREATE FUNCTION price(integer, more integer DEFAULT 0) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + $2 $$;

CREATE DOMAIN tag AS text DEFAULT label(0);

CREATE TABLE item (
    id integer PRIMARY KEY,
    title text DEFAULT label(1),
    shown text GENERATED ALWAYS AS (label(id)) STORED,
    cost integer DEFAULT price(2),
    CONSTRAINT titled CHECK (label(id) <> '')
);
CREATE INDEX item_label ON item (label(id));
CREATE VIEW labels AS SELECT label(id) AS label FROM item;
CREATE VIEW prices AS SELECT price(id) AS price FROM item;
CREATE VIEW of_prices AS SELECT price FROM prices;
CREATE POLICY mine ON item USING (label(id) <> 'no 7');
