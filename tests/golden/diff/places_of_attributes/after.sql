CREATE TYPE price AS (currency text, since date);
CREATE TYPE pair AS (low price, high price);
CREATE DOMAIN prices AS price[];
CREATE TYPE swapped AS (b text, a bigint);
CREATE TYPE unused AS (b text, a integer);
CREATE TABLE goods (id integer PRIMARY KEY, price price, history price[], pair pair, prices prices, swapped swapped);
CREATE VIEW of_goods AS SELECT id, (price).currency FROM goods;
