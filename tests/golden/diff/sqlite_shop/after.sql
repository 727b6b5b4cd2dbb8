CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT, -- where the bill goes
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    referrer INTEGER REFERENCES customer (id) ON DELETE SET NULL,
    shown TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') VIRTUAL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer (id),
    placed TEXT NOT NULL DEFAULT (CURRENT_TIMESTAMP)
);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,
    number INTEGER NOT NULL,
    article TEXT NOT NULL,
    PRIMARY KEY (order_id, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX customer_email ON customer (lower(email)) WHERE active;
CREATE VIEW faxes AS SELECT 0 AS n;
