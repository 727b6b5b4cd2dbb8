CREATE TYPE price AS (amount integer, currency char(3));
CREATE TYPE range_of_prices AS (low price, high price);
CREATE TYPE unused AS (a integer);
CREATE TABLE goods (id integer PRIMARY KEY, price price, history price[], span range_of_prices);
CREATE VIEW cheap AS SELECT id, (price).amount FROM goods WHERE (price).amount < 10;
CREATE FUNCTION total(p price) RETURNS integer LANGUAGE sql AS 'SELECT p.amount';
INSERT INTO goods VALUES (1, (9, 'EUR'), '{"(8,EUR)"}', ((1, 'EUR'), (2, 'EUR'))), (2, NULL, NULL, NULL);
