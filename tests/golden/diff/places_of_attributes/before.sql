-- the places of attributes say what stands where in "(1,EUR)"; a new one can only be the last
CREATE TYPE price AS (amount integer, currency text, since date);
CREATE TYPE pair AS (low price, high price);
CREATE DOMAIN prices AS price[];
CREATE TYPE swapped AS (a integer, b text);
CREATE TYPE unused AS (a integer, b text);
CREATE TABLE goods (id integer PRIMARY KEY, price price, history price[], pair pair, prices prices, swapped swapped);
CREATE VIEW of_goods AS SELECT id, (price).currency FROM goods;
INSERT INTO goods VALUES (1, (1, 'EUR', '2020-01-01'), '{"(2,USD,2021-01-01)",NULL}', ((3, 'CHF', NULL), NULL), '{"(4,\"a \"\"b\"\", c\",)"}',
                          (5, 'five')), (2, NULL, NULL, NULL, NULL, NULL);
