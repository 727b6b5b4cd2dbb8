CREATE TABLE "odd ""(table)" (id integer PRIMARY KEY, note text);
CREATE TABLE stays (id integer PRIMARY KEY);
CREATE TABLE new (id integer PRIMARY KEY);
CREATE PUBLICATION emptied;
CREATE PUBLICATION fewer FOR TABLE stays, new;
