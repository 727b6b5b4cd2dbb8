DROP POLICY p ON public.t;
DROP VIEW public.v;
DROP AGGREGATE public.s(integer);
ALTER TABLE public.t DROP CONSTRAINT t_id_check;
ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;
ALTER TABLE public.t DROP COLUMN g; -- destroys data

CREATE AGGREGATE public.s(integer) (
    SFUNC = int4pl,
    STYPE = integer
);

DROP INDEX CONCURRENTLY public.t_f_idx;
DROP FUNCTION public.f(integer);

CREATE FUNCTION public.f(a integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1$function$;

ALTER TABLE public.t ADD COLUMN g integer GENERATED ALWAYS AS (public.f(2)) STORED;
ALTER TABLE public.t ALTER COLUMN a SET DEFAULT public.f(1);

CREATE VIEW public.v AS
SELECT public.f(t.a) AS f
   FROM public.t;

CREATE POLICY p ON public.t
    USING (public.f(a) = 1);

ALTER TABLE public.t ADD CONSTRAINT t_id_check CHECK (public.f(id) > 0) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT t_id_check;
CREATE INDEX CONCURRENTLY t_f_idx ON public.t USING btree (public.f(id));
