CREATE TABLE things (id integer, size text DEFAULT '12', name varchar(20));
CREATE TABLE a_thing (size text DEFAULT '21', name varchar(20)) INHERITS (things);
CREATE TABLE a_small_thing (size text) INHERITS (a_thing);
CREATE INDEX a_thing_size ON a_thing (size);
