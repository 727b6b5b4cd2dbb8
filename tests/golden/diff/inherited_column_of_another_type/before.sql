CREATE TABLE things (id integer, size integer DEFAULT 12, name varchar(10));
CREATE TABLE a_thing (size integer DEFAULT 21, name varchar(10)) INHERITS (things);
CREATE TABLE a_small_thing (size integer) INHERITS (a_thing);
CREATE INDEX a_thing_size ON a_thing (size);
INSERT INTO things (id) VALUES (1);
INSERT INTO a_thing (id) VALUES (2);
INSERT INTO a_small_thing (id) VALUES (3);
