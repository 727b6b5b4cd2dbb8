CREATE SCHEMA app;
CREATE TABLE app.gone (id integer PRIMARY KEY, note text);
CREATE TABLE "odd ""(table)" (id integer PRIMARY KEY, note text);
CREATE TABLE stays (id integer PRIMARY KEY);
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child () INHERITS (parent);
CREATE PUBLICATION emptied FOR TABLE app.gone (id) WHERE (id > 0), "odd ""(table)" WHERE ((id > 0) OR (id < -5));
CREATE PUBLICATION without_child FOR TABLE ONLY parent;
CREATE PUBLICATION fewer FOR TABLE app.gone, stays;
