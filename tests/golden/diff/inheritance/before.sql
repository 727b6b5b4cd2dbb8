CREATE TABLE base (id integer, at date DEFAULT '2020-01-01');
CREATE TABLE left_behind (extra text, at date DEFAULT '2020-01-01') INHERITS (base);
INSERT INTO left_behind (id) VALUES (1);
