-- whimbrel:rename area=surface
-- whimbrel:rename function size(text)="Length"
-- whimbrel:rename procedure tidy=tidy_up
-- whimbrel:rename aggregate total=sum_of
-- whimbrel:rename touch()=touch_row
-- whimbrel:rename trigger words.touched=touched_row
CREATE FUNCTION surface(integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 * $1 $$;
CREATE FUNCTION surface(integer, integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 * $2 $$;
CREATE FUNCTION "Length"(text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length($1) $$;
CREATE FUNCTION size(bytea) RETURNS integer LANGUAGE sql AS $$ SELECT length($1) $$;
CREATE PROCEDURE tidy_up(integer) LANGUAGE plpgsql AS $$ BEGIN PERFORM surface($1); END $$;
CREATE AGGREGATE sum_of(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE TABLE words (word text CHECK ("Length"(word) < 100), length integer GENERATED ALWAYS AS ("Length"(word)) STORED);
CREATE INDEX words_size ON words ("Length"(word));
CREATE VIEW totals AS SELECT sum_of(length) AS total FROM words;
CREATE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched_row BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION touch_row();
