CREATE TYPE price AS (amount bigint, currency char(3));
CREATE TYPE range_of_prices AS (low price, high price);
CREATE TYPE unused AS (a text);
CREATE TABLE goods (id integer PRIMARY KEY, price price, history price[], span range_of_prices);
CREATE VIEW cheap AS SELECT id, (price).amount FROM goods WHERE (price).amount < 10;
CREATE FUNCTION total(p price) RETURNS bigint LANGUAGE sql AS 'SELECT p.amount';
