DROP VIEW public.above;

CREATE OR REPLACE VIEW public.made_anew AS
SELECT
    NULL::integer AS x,
    NULL::text AS "Odd Name",
    NULL::character varying(10) COLLATE pg_catalog."C" AS z;

DROP VIEW public.other;
DROP VIEW public.made_anew;
ALTER TABLE public.t ALTER COLUMN i TYPE bigint;

CREATE VIEW public.above AS
SELECT
    NULL::bigint AS x,
    NULL::bigint AS i;

CREATE VIEW public.made_anew AS
SELECT
    NULL::bigint AS x,
    NULL::text AS "Odd Name",
    NULL::character varying(10) COLLATE pg_catalog."C" AS z;

CREATE VIEW public.other AS
SELECT made_anew.x,
    made_anew."Odd Name",
    made_anew.z
   FROM public.made_anew;

CREATE OR REPLACE VIEW public.above AS
SELECT other.x,
    t.i
   FROM public.other,
    public.t;

CREATE OR REPLACE VIEW public.made_anew WITH (security_barrier=true) AS
SELECT other.x,
    other."Odd Name",
    other.z
   FROM public.other,
    public.above;

COMMENT ON VIEW public.made_anew IS 'second';

CREATE VIEW public.rows AS
SELECT
    NULL::integer AS x;

CREATE FUNCTION public.same(r public.rows)
 RETURNS public.rows
 LANGUAGE sql
AS $function$SELECT r$function$;

CREATE VIEW public.of_rows AS
SELECT public.same(rows.*) AS y,
    rows.x
   FROM public.rows;

CREATE OR REPLACE VIEW public.rows AS
SELECT of_rows.x
   FROM public.of_rows;

SET check_function_bodies = off;

CREATE FUNCTION public.all_leaves()
 RETURNS SETOF public.leaves
 LANGUAGE sql
AS $function$SELECT * FROM leaves$function$;

RESET check_function_bodies;

CREATE OR REPLACE VIEW public.leaves AS
SELECT all_leaves.x
   FROM public.all_leaves() all_leaves(x);
