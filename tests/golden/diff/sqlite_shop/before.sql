CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    fax TEXT
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer,
    placed TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX customer_fax ON customer (fax);
CREATE VIEW fax_numbers AS SELECT name, fax FROM customer WHERE fax IS NOT NULL;
CREATE VIEW faxes AS SELECT count(*) AS n FROM fax_numbers;
INSERT INTO customer VALUES (1, 'Anna', NULL), (2, 'Bert', '123');
INSERT INTO orders (id, customer) VALUES (10, 1), (11, 2);
