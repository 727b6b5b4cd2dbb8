CREATE TABLE things (id integer, size text DEFAULT '12', name varchar(20));
CREATE TABLE a_thing (size text DEFAULT '21', name varchar(20), CHECK (size::integer > 0)) INHERITS (things);
CREATE TABLE a_small_thing (size text) INHERITS (a_thing);
CREATE INDEX a_thing_size ON a_thing (size);
CREATE VIEW sizes AS SELECT size FROM a_thing;
CREATE TABLE parted (at integer, size text) PARTITION BY LIST (at);
CREATE TABLE a_part PARTITION OF parted (CHECK (size::integer > 0)) FOR VALUES IN (1);
