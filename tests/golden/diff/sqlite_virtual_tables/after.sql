CREATE TABLE articles (title TEXT NOT NULL DEFAULT '', body TEXT);
CREATE VIRTUAL TABLE search USING fts5(title, body, content='articles', content_rowid='rowid');
CREATE VIRTUAL TABLE places USING rtree(id, min_x, max_x);
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO search (rowid, title, body) VALUES (new.rowid, new.title, new.body);
END;
-- Only made when the table that it is for is there.
CREATE TABLE words (word TEXT);
CREATE VIRTUAL TABLE find USING fts4(content="words");
