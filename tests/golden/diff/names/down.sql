DROP VIEW public.a_name_of_sixty_three_bytes_which_is_the_longest_that_can_be_ha;
ALTER TABLE "Odd ""Schema"""."select" ALTER COLUMN "ünï" DROP DEFAULT;
ALTER TABLE "Odd ""Schema"""."select" DROP COLUMN "🐦"; -- destroys data
DROP TABLE public."user"; -- destroys data
ALTER TABLE "Odd ""Schema"""."select" DROP CONSTRAINT "select_%d_key";
ALTER TABLE "Odd ""Schema"""."select" DROP COLUMN "%d"; -- destroys data
ALTER TABLE "Odd ""Schema"""."select" ALTER COLUMN "a b" TYPE integer;
