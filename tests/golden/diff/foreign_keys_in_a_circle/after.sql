CREATE TABLE team (id integer PRIMARY KEY, leader integer);
CREATE TABLE person (id integer PRIMARY KEY, team integer NOT NULL REFERENCES team, boss integer REFERENCES person);
ALTER TABLE team ADD FOREIGN KEY (leader) REFERENCES person DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE lonely (id integer PRIMARY KEY);
