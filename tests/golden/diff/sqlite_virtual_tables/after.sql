CREATE TABLE articles (title TEXT NOT NULL DEFAULT '', body TEXT);
CREATE VIRTUAL TABLE search USING fts5(title, body, content='articles', content_rowid='rowid');
CREATE VIRTUAL TABLE places USING rtree(id, min_x, max_x);
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO search (rowid, title, body) VALUES (new.rowid, new.title, new.body);
END;
