DROP TRIGGER t_changed;
DROP VIEW two;
DROP VIEW one;
ALTER TABLE t DROP COLUMN c; -- destroys data
CREATE VIEW one (a, b) AS SELECT a, b FROM t;
CREATE VIEW two AS SELECT a FROM one;
CREATE TRIGGER one_changed INSTEAD OF UPDATE ON one BEGIN UPDATE t SET a = new.a WHERE b = old.b; END;
CREATE TRIGGER t_changed AFTER UPDATE OF b ON t WHEN old.b <> new.b BEGIN SELECT new.b; END;
