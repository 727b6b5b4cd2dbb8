CREATE TYPE mood AS ENUM ('great', 'good', 'so-so', 'bad', 'it''s over');
CREATE TABLE day (id integer PRIMARY KEY, mood mood NOT NULL);
