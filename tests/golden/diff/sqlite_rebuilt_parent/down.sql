PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;

CREATE TABLE child__new (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE,
    up INTEGER REFERENCES child ON DELETE CASCADE
);

INSERT INTO child__new (id, parent, up)
SELECT id, parent, up FROM child;

DROP TABLE child;
ALTER TABLE child__new RENAME TO child;

CREATE TABLE parent__new (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, size, note TEXT, CHECK (size > 0));
INSERT INTO sqlite_sequence (name, seq) SELECT 'parent__new', seq FROM sqlite_sequence WHERE name = 'parent';

INSERT INTO parent__new (id, name, size)
SELECT id, name, size FROM parent;

DROP TABLE parent; -- destroys data
ALTER TABLE parent__new RENAME TO parent;

CREATE INDEX parent_name ON parent (name);
CREATE INDEX parent_note ON parent (note);

CREATE TRIGGER child_added AFTER INSERT ON child BEGIN
    UPDATE parent SET size = size + 1 WHERE id = new.parent;
END;

CREATE TRIGGER parent_added AFTER INSERT ON parent BEGIN
    INSERT INTO seen VALUES (new.name);
END;

PRAGMA legacy_alter_table = OFF;
