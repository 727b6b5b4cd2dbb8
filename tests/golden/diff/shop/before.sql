CREATE TABLE customers (id serial PRIMARY KEY, email varchar(100) NOT NULL);
CREATE TABLE coupons (code text PRIMARY KEY);
INSERT INTO customers (email) VALUES ('a@example.org'), ('b@example.org');
