DROP VIEW public.v;
DROP FUNCTION public.f(public.d);
DROP INDEX public.t_a_idx;
ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
ALTER DOMAIN public.d RENAME TO d__old;

CREATE DOMAIN public.d AS bigint
    CONSTRAINT d_check CHECK (VALUE > 0);

ALTER TABLE public.t ALTER COLUMN a TYPE public.d USING a::text::public.d;
ALTER TABLE public.t ALTER COLUMN b TYPE public.d[] USING b::text[]::public.d[];
DROP DOMAIN public.d__old;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 1;
CREATE INDEX t_a_idx ON public.t USING btree (a) WHERE ((a)::bigint > 3);

CREATE FUNCTION public.f(public.d)
 RETURNS public.d
 LANGUAGE sql
AS $function$SELECT $1$function$;

CREATE VIEW public.v AS
SELECT t.a
   FROM public.t;
