CREATE TABLE articles (title TEXT, body TEXT);
CREATE VIRTUAL TABLE old_search USING fts5(title);
INSERT INTO articles (rowid, title, body) VALUES (5, 'one', 'first'), (8, 'two', 'second');
