DROP VIEW public.a;
DROP PROCEDURE public.g();
DROP TABLE public.b; -- destroys data
DROP TABLE public.n; -- destroys data
DROP TYPE public.s;
DROP DOMAIN public.e;
CREATE TYPE public.e AS ENUM ('x');
CREATE SEQUENCE public.s;

CREATE TABLE public.a (
    id integer
);

CREATE UNIQUE INDEX n ON public.a USING btree (id);

CREATE FUNCTION public.g()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;

CREATE VIEW public.b AS
SELECT a.id
   FROM public.a;
