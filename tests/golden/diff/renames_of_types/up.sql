ALTER TYPE public.address RENAME ATTRIBUTE town TO city;
ALTER TYPE public.point_of RENAME ATTRIBUTE x TO left_side CASCADE;
ALTER FUNCTION public.town(public.address) RENAME TO city_of;
ALTER FUNCTION public.cheer(public.mood, public.email) RENAME TO cheer_up;
ALTER TYPE public.mood RENAME TO feeling;
ALTER DOMAIN public.email RENAME TO "E-Mail";
ALTER TYPE public.address RENAME TO place;
ALTER TYPE public.temperatures RENAME TO heatrange;
ALTER FUNCTION public.temperatures(double precision, double precision) RENAME TO heatrange;
ALTER FUNCTION public.temperatures(double precision, double precision, text) RENAME TO heatrange;
ALTER TYPE public.temperatures_multirange RENAME TO heatmultirange;
ALTER FUNCTION public.temperatures_multirange() RENAME TO heatmultirange;
ALTER FUNCTION public.temperatures_multirange(public.heatrange) RENAME TO heatmultirange;
ALTER FUNCTION public.temperatures_multirange(public.heatrange[]) RENAME TO heatmultirange;
ALTER DOMAIN public."E-Mail" RENAME CONSTRAINT email_check TO is_mail;
ALTER TYPE public.feeling ADD VALUE 'delighted';

CREATE OR REPLACE FUNCTION public.cheer_up(public.feeling, public."E-Mail")
 RETURNS public.feeling
 LANGUAGE sql
AS $function$ SELECT 'happy'::feeling $function$
;

CREATE OR REPLACE FUNCTION public.city_of(public.place)
 RETURNS text
 LANGUAGE sql
AS $function$ SELECT $1.city $function$
;
