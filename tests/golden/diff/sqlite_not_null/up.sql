PRAGMA foreign_keys = OFF;

CREATE TABLE t__new (
    a TEXT NOT NULL DEFAULT "unknown",
    b TEXT NOT NULL DEFAULT (upper('b') || '?'),
    c TEXT NOT NULL,
    d INTEGER NOT NULL DEFAULT 5,
    e
);

-- NOT NULL without a default: this fails if a row has no value for c
INSERT INTO t__new (rowid, a, b, c, d, e)
SELECT rowid, coalesce(a, 'unknown'), coalesce(b, (upper('b') || '?')), c, coalesce(d, 5), e FROM t;

DROP TABLE t;
ALTER TABLE t__new RENAME TO t;
