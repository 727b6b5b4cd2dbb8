PRAGMA foreign_keys = OFF;
ALTER TABLE alone DROP COLUMN a; -- destroys data
DROP TABLE a; -- destroys data
DROP TABLE b; -- destroys data
DROP TABLE c; -- destroys data
