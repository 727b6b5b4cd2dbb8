CREATE TABLE parent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT 'nobody' UNIQUE, -- told from others by it
    size INTEGER,
    colour TEXT DEFAULT (lower('RED')),
    CHECK (parent.size >= 0)
);
CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    up INTEGER REFERENCES child ON DELETE CASCADE
);
CREATE TABLE seen (name TEXT);
CREATE INDEX parent_name ON parent (name);
CREATE VIEW names AS SELECT p.name FROM parent p JOIN child c ON c.parent = p.id;
CREATE TRIGGER parent_added AFTER INSERT ON parent BEGIN
    INSERT INTO seen VALUES (new.name);
END;
CREATE TRIGGER child_added AFTER INSERT ON child BEGIN
    UPDATE parent SET size = size + 1 WHERE id = new.parent;
END;
