CREATE OR REPLACE VIEW public.above AS
SELECT
    NULL::bigint AS x,
    NULL::bigint AS i;

CREATE OR REPLACE VIEW public.made_anew AS
SELECT
    NULL::bigint AS x,
    NULL::text AS "Odd Name",
    NULL::character varying(10) COLLATE pg_catalog."C" AS z;

DROP VIEW public.other;
DROP VIEW public.made_anew;
DROP VIEW public.above;

CREATE OR REPLACE VIEW public.rows AS
SELECT
    NULL::integer AS x;

DROP VIEW public.of_rows;
DROP FUNCTION public.same(public.rows);
DROP VIEW public.rows;
ALTER TABLE public.t ALTER COLUMN i TYPE integer;

CREATE OR REPLACE VIEW public.leaves AS
SELECT 1 AS x;

DROP FUNCTION public.all_leaves();

CREATE VIEW public.made_anew AS
SELECT
    NULL::integer AS x,
    NULL::text AS "Odd Name",
    NULL::character varying(10) COLLATE pg_catalog."C" AS z;

CREATE VIEW public.other AS
SELECT made_anew.x,
    made_anew."Odd Name",
    made_anew.z
   FROM public.made_anew;

CREATE VIEW public.above AS
SELECT other.x,
    t.i
   FROM public.other,
    public.t;

CREATE OR REPLACE VIEW public.made_anew AS
SELECT other.x,
    other."Odd Name",
    other.z
   FROM public.other;

COMMENT ON VIEW public.made_anew IS 'first';
