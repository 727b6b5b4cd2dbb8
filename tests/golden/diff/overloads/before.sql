-- a routine makes room for another of its name, and what uses the one uses the other
CREATE FUNCTION label(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper($1) $$;
CREATE FUNCTION unused(integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'one' $$;
CREATE FUNCTION price(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;

CREATE DOMAIN tag AS text DEFAULT label('none');

CREATE TABLE item (
    id integer PRIMARY KEY,
    title text DEFAULT label('new'),
    shown text GENERATED ALWAYS AS (label(title)) STORED,
    cost integer DEFAULT price(1),
    CONSTRAINT titled CHECK (label(title) <> '')
);
CREATE INDEX item_label ON item (label(title));
CREATE VIEW labels AS SELECT label(title) AS label FROM item;
CREATE VIEW prices AS SELECT price(cost) AS price FROM item;
CREATE VIEW of_prices AS SELECT price FROM prices;
CREATE POLICY mine ON item USING (label(title) <> 'X');
INSERT INTO item (id, title) VALUES (1, 'a'), (2, 'b');
