CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, size, note TEXT, CHECK (parent.size > 0));
CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE,
    up INTEGER REFERENCES child ON DELETE CASCADE
);
CREATE TABLE seen (name TEXT);
CREATE INDEX parent_name ON parent (name);
CREATE INDEX parent_note ON parent (note);
CREATE VIEW names AS SELECT p.name FROM parent p JOIN child c ON c.parent = p.id;
CREATE TRIGGER parent_added AFTER INSERT ON parent BEGIN
    INSERT INTO seen VALUES (new.name);
END;
CREATE TRIGGER child_added AFTER INSERT ON child BEGIN
    UPDATE parent SET size = size + 1 WHERE id = new.parent;
END;
INSERT INTO parent (id, name, size) VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
INSERT INTO child VALUES (1, 1, NULL), (2, 2, 1);
DELETE FROM parent WHERE id = 3;
