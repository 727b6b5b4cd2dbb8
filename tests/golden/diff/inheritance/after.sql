CREATE TABLE base (id integer, at date DEFAULT '2020-02-02', more text, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE left_behind (extra text, at date DEFAULT '2020-01-01') INHERITS (base);
CREATE TABLE child (extra text) INHERITS (base);
ALTER TABLE child ALTER COLUMN id SET NOT NULL;
ALTER TABLE child ALTER COLUMN at SET DEFAULT '2021-01-01';
