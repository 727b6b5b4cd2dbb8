CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE day (id integer PRIMARY KEY, mood mood NOT NULL);
INSERT INTO day VALUES (1, 'good');
