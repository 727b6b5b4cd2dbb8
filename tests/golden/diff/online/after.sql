CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    region text,
    UNIQUE (name, region) INCLUDE (id) DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX customers_lower_idx ON customers (lower(name));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    total numeric,
    note text,
    "Odd )name" integer,
    UNIQUE ("Odd )name"),
    EXCLUDE USING btree (id WITH =));
CREATE INDEX orders_customer_idx ON orders (customer_id) WHERE total > 5;
CREATE TABLE events (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_kind_idx ON events (kind);
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer_idx ON totals (customer_id);
CREATE TABLE fresh (id integer PRIMARY KEY, customer integer REFERENCES customers, n integer CHECK (n > 0));
CREATE INDEX fresh_n_idx ON fresh (n);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
