CREATE TABLE other (i integer PRIMARY KEY);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TABLE grown (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE grown_1 PARTITION OF grown FOR VALUES IN (1);
CREATE TABLE grown_1_b_idx (i integer);
CREATE INDEX z ON grown (b);
CREATE INDEX c ON grown (b) WHERE a > 0;
ALTER TABLE grown_1 ADD CONSTRAINT grown_1_a_b_key UNIQUE (b);
ALTER TABLE grown ADD CONSTRAINT pair UNIQUE (a, b);

CREATE TABLE linked (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE a_linked PARTITION OF linked FOR VALUES IN (1);
ALTER TABLE a_linked ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES other;
ALTER TABLE linked ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES other;

CREATE TABLE made (a integer REFERENCES other, b integer) PARTITION BY LIST (a);
CREATE TABLE a_made (a integer, b integer, CONSTRAINT made_a_fkey FOREIGN KEY (b) REFERENCES other);
ALTER TABLE made ATTACH PARTITION a_made FOR VALUES IN (1);

CREATE TABLE freed (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE freed_1 PARTITION OF freed FOR VALUES IN (1);
CREATE TABLE freed_1_b_idx (i integer);

CREATE TABLE turned (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE turned_1 PARTITION OF turned FOR VALUES IN (1);
ALTER TABLE turned ADD CONSTRAINT above CHECK (b > 1);
ALTER TABLE turned ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES other;
CREATE INDEX turned_b ON turned (b);
CREATE TRIGGER same AFTER INSERT ON turned FOR EACH ROW EXECUTE FUNCTION f();
ALTER TABLE turned_1 ADD CONSTRAINT kept CHECK (b < 9);
CREATE INDEX turned_1_a_b_idx ON turned_1 (a, b);
