PRAGMA foreign_keys = OFF;

CREATE TABLE t__new (a TEXT, b TEXT, c TEXT, d INTEGER DEFAULT 3, e);

INSERT INTO t__new (rowid, a, b, c, d, e)
SELECT rowid, a, b, c, d, e FROM t;

DROP TABLE t;
ALTER TABLE t__new RENAME TO t;
