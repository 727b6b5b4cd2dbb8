CREATE SCHEMA app;
CREATE TABLE app.gone (id integer PRIMARY KEY, note text);
CREATE TABLE "odd ""(table)" (id integer PRIMARY KEY, note text);
CREATE TABLE stays (id integer PRIMARY KEY);
CREATE PUBLICATION emptied FOR TABLE app.gone (id) WHERE (id > 0), "odd ""(table)" WHERE ((id > 0) OR (id < -5));
CREATE PUBLICATION fewer FOR TABLE app.gone, stays;
