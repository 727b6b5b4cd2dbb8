CREATE TABLE t (
    a TEXT NOT NULL DEFAULT "unknown",
    b TEXT NOT NULL DEFAULT (upper('b') || '?'),
    c TEXT NOT NULL,
    d INTEGER NOT NULL DEFAULT 5,
    e
);
