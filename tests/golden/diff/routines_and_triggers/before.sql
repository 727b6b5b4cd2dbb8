CREATE TABLE note (id integer PRIMARY KEY, text text, changed timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION size(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT length($1)';
CREATE FUNCTION gone() RETURNS void LANGUAGE sql AS '';
ALTER TABLE note ADD CONSTRAINT small CHECK (size(text) < 100);
