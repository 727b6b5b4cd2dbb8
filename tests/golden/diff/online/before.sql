CREATE TABLE customers (id integer, name text, region text);
CREATE INDEX customers_region_idx ON customers (region);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer, total numeric, note text);
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
INSERT INTO customers VALUES (1, 'ada', 'x'), (2, 'ben', 'y');
INSERT INTO orders VALUES (1, 1, 10, 'a'), (2, 2, 20, NULL);
INSERT INTO events VALUES (1, '2026-02-03', 'b');
