PRAGMA foreign_keys = OFF;

CREATE TABLE computed__new (a INTEGER, b INTEGER AS (a * 3) STORED, c INTEGER AS (a + 1));

INSERT INTO computed__new (rowid, a)
SELECT rowid, a FROM computed;

DROP TABLE computed;
ALTER TABLE computed__new RENAME TO computed;

CREATE TABLE keyed__new (k TEXT PRIMARY KEY, v);

INSERT INTO keyed__new (k, v)
SELECT k, v FROM keyed;

DROP TABLE keyed;
ALTER TABLE keyed__new RENAME TO keyed;

CREATE TABLE numbered__new (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);

INSERT INTO numbered__new (id, a)
SELECT id, a FROM numbered;

DROP TABLE numbered;
ALTER TABLE numbered__new RENAME TO numbered;

CREATE TABLE plain__new (a INTEGER, b TEXT) STRICT;

INSERT INTO plain__new (rowid, a, b)
SELECT rowid, a, b FROM plain;

DROP TABLE plain;
ALTER TABLE plain__new RENAME TO plain;

CREATE TABLE strict_keys__new (a TEXT, b TEXT COLLATE RTRIM, CONSTRAINT a_is_one UNIQUE (a) ON CONFLICT REPLACE);

INSERT OR ABORT INTO strict_keys__new (rowid, a, b)
SELECT rowid, a, b FROM strict_keys;

DROP TABLE strict_keys;
ALTER TABLE strict_keys__new RENAME TO strict_keys;

CREATE TABLE strict_one__new (id INTEGER PRIMARY KEY, a INT, b TEXT);

INSERT INTO strict_one__new (id, a, b)
SELECT id, a, b FROM strict_one;

DROP TABLE strict_one;
ALTER TABLE strict_one__new RENAME TO strict_one;
