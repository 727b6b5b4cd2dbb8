ALTER TABLE "Odd ""Schema"""."select" ALTER COLUMN "a b" TYPE bigint;
ALTER TABLE "Odd ""Schema"""."select" ADD COLUMN "🐦" text COLLATE pg_catalog."C";
COMMENT ON COLUMN "Odd ""Schema"""."select"."🐦" IS E'it''s a \\ bird: %s';
ALTER TABLE "Odd ""Schema"""."select" ADD COLUMN "%d" integer;
ALTER TABLE "Odd ""Schema"""."select" ALTER COLUMN "ünï" SET DEFAULT '100%s \ '''::text;
CREATE UNIQUE INDEX CONCURRENTLY "select_%d_key" ON "Odd ""Schema"""."select" ("%d");
ALTER TABLE "Odd ""Schema"""."select" ADD CONSTRAINT "select_%d_key" UNIQUE USING INDEX "select_%d_key";

CREATE TABLE public."user" (
    "order" integer,
    CONSTRAINT user_order_fkey FOREIGN KEY ("order") REFERENCES "Odd ""Schema"""."select"("%d")
);

CREATE VIEW public.a_name_of_sixty_three_bytes_which_is_the_longest_that_can_be_ha AS
SELECT "user"."order"
   FROM public."user";
