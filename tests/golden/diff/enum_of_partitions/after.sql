CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE orders (id integer, at date, state state NOT NULL DEFAULT 'new') PARTITION BY RANGE (at);
CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
CREATE TABLE orders_2025 PARTITION OF orders (state DEFAULT 'paid') FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX ON orders (state);
CREATE VIEW paid AS SELECT id FROM orders_2025 WHERE state = 'paid';
