CREATE TABLE doc (id integer PRIMARY KEY, owner name NOT NULL, open boolean);
CREATE POLICY mine ON doc USING (owner = current_user);
CREATE POLICY seen ON doc FOR SELECT USING (open);
