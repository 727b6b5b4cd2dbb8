-- names that PostgreSQL gives to what partitions get from their parent tables, and that others want or have had
CREATE TABLE other (i integer PRIMARY KEY);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TABLE grown (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE grown_1 PARTITION OF grown FOR VALUES IN (1);

CREATE TABLE linked (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE a_linked PARTITION OF linked FOR VALUES IN (1);

CREATE TABLE freed (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE freed_1 PARTITION OF freed FOR VALUES IN (1);
CREATE INDEX freed_b ON freed (b);

CREATE TABLE turned (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE turned_1 PARTITION OF turned FOR VALUES IN (1);
ALTER TABLE turned_1 ADD CONSTRAINT above CHECK (b > 0);
ALTER TABLE turned_1 ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES other;
CREATE INDEX turned_1_b_idx ON turned_1 (a);
CREATE TRIGGER same AFTER INSERT ON turned_1 FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE turned ADD CONSTRAINT kept CHECK (b < 9);
CREATE INDEX turned_ab ON turned (a, b);
INSERT INTO other VALUES (1), (2);
INSERT INTO turned VALUES (1, 2);
