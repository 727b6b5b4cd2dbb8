CREATE SCHEMA "Odd ""Schema""";
CREATE TABLE "Odd ""Schema"""."select" ("a b" bigint PRIMARY KEY, "ünï" text DEFAULT '100%s \ ''', "🐦" text COLLATE "C", "%d" integer UNIQUE);
COMMENT ON COLUMN "Odd ""Schema"""."select"."🐦" IS 'it''s a \ bird: %s';
CREATE TABLE "user" ("order" integer REFERENCES "Odd ""Schema"""."select" ("%d"));
CREATE VIEW "a_name_of_sixty_three_bytes_which_is_the_longest_that_can_be_had" AS SELECT "order" FROM "user";
