PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
DROP TABLE find; -- destroys data
DROP TABLE places; -- destroys data
DROP TABLE words; -- destroys data
CREATE VIRTUAL TABLE old_search USING fts5(title);
DROP TABLE search; -- destroys data

CREATE TABLE articles__new (title TEXT, body TEXT);

INSERT INTO articles__new (rowid, title, body)
SELECT rowid, title, body FROM articles;

DROP TABLE articles;
ALTER TABLE articles__new RENAME TO articles;

PRAGMA legacy_alter_table = OFF;
