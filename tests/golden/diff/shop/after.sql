CREATE TABLE customers (
    id serial PRIMARY KEY,
    email varchar(200) NOT NULL CHECK (email LIKE '%@%'),
    name text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX customers_email ON customers (lower(email));
COMMENT ON COLUMN customers.email IS 'where we write to';
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    placed timestamptz NOT NULL DEFAULT now(),
    total numeric(10, 2) NOT NULL DEFAULT 0,
    doubled numeric GENERATED ALWAYS AS (total * 2) STORED
) WITH (fillfactor = 70);
CREATE INDEX ON orders (customer, placed DESC) WHERE total > 0;
ALTER TABLE orders ADD COLUMN state varchar(10) CHECK (state IN ('new', 'paid'));
CREATE VIEW paid AS SELECT id FROM orders WHERE state IN ('paid', 'sent');
