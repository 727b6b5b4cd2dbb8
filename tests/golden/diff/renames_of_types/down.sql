SET check_function_bodies = off;
DROP FUNCTION public.cheer_up(public.feeling, public."E-Mail");
ALTER TABLE public.people ALTER COLUMN mood DROP DEFAULT;
ALTER TYPE public.feeling RENAME TO feeling__old;
CREATE TYPE public.feeling AS ENUM ('sad', 'happy');
COMMENT ON TYPE public.feeling IS 'how they feel';
ALTER TABLE public.people ALTER COLUMN mood TYPE public.feeling USING mood::text::public.feeling;
DROP TYPE public.feeling__old;
ALTER TABLE public.people ALTER COLUMN mood SET DEFAULT 'happy'::public.feeling;

CREATE FUNCTION public.cheer_up(public.feeling, public."E-Mail")
 RETURNS public.feeling
 LANGUAGE sql
AS $function$ SELECT 'happy'::mood $function$;

CREATE OR REPLACE FUNCTION public.city_of(public.place)
 RETURNS text
 LANGUAGE sql
AS $function$ SELECT $1.town $function$
;

ALTER DOMAIN public."E-Mail" RENAME CONSTRAINT is_mail TO email_check;
ALTER TYPE public.heatrange RENAME TO temperatures;
ALTER FUNCTION public.heatrange(double precision, double precision) RENAME TO temperatures;
ALTER FUNCTION public.heatrange(double precision, double precision, text) RENAME TO temperatures;
ALTER TYPE public.heatmultirange RENAME TO temperatures_multirange;
ALTER FUNCTION public.heatmultirange() RENAME TO temperatures_multirange;
ALTER FUNCTION public.heatmultirange(public.temperatures) RENAME TO temperatures_multirange;
ALTER FUNCTION public.heatmultirange(public.temperatures[]) RENAME TO temperatures_multirange;
ALTER TYPE public.place RENAME TO address;
ALTER DOMAIN public."E-Mail" RENAME TO email;
ALTER TYPE public.feeling RENAME TO mood;
ALTER FUNCTION public.cheer_up(public.mood, public.email) RENAME TO cheer;
ALTER FUNCTION public.city_of(public.address) RENAME TO town;
ALTER TYPE public.point_of RENAME ATTRIBUTE left_side TO x CASCADE;
ALTER TYPE public.address RENAME ATTRIBUTE city TO town;
RESET check_function_bodies;
