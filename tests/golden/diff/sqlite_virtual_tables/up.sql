PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
DROP TABLE old_search; -- destroys data

CREATE TABLE articles__new (title TEXT NOT NULL DEFAULT '', body TEXT);

INSERT INTO articles__new (rowid, title, body)
SELECT rowid, coalesce(title, ''), body FROM articles;

DROP TABLE articles;
ALTER TABLE articles__new RENAME TO articles;

CREATE VIRTUAL TABLE places USING rtree(id, min_x, max_x);
CREATE VIRTUAL TABLE search USING fts5(title, body, content='articles', content_rowid='rowid');
CREATE TABLE words (word TEXT);
CREATE VIRTUAL TABLE find USING fts4(content="words");

CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO search (rowid, title, body) VALUES (new.rowid, new.title, new.body);
END;

PRAGMA legacy_alter_table = OFF;
