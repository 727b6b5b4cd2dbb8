DROP VIEW public.b;
DROP FUNCTION public.g();
DROP TABLE public.a; -- destroys data
DROP SEQUENCE public.s;
DROP TYPE public.e;
CREATE DOMAIN public.e AS text;

CREATE TYPE public.s AS (
    x integer
);

CREATE TABLE public.b (
    id integer
);

CREATE TABLE public.n (
    id integer
);

CREATE PROCEDURE public.g()
 LANGUAGE sql
AS $procedure$SELECT 1$procedure$;

CREATE VIEW public.a AS
SELECT b.id
   FROM public.b;
