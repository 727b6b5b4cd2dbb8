DROP VIEW public.sizes;
ALTER TABLE public.a_part DROP CONSTRAINT a_part_size_check;
ALTER TABLE public.a_small_thing ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.a_thing DROP CONSTRAINT a_thing_size_check;
ALTER TABLE public.a_thing ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.things ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.parted ALTER COLUMN size TYPE text;
ALTER TABLE public.things ALTER COLUMN size TYPE text;
ALTER TABLE public.things ALTER COLUMN name TYPE character varying(20);
ALTER TABLE public.things ALTER COLUMN size SET DEFAULT '12'::text;
ALTER TABLE public.a_thing ALTER COLUMN size SET DEFAULT '21'::text;
ALTER TABLE public.a_small_thing ALTER COLUMN size SET DEFAULT '21'::text;

CREATE VIEW public.sizes AS
SELECT a_thing.size
   FROM public.a_thing;

ALTER TABLE public.a_part ADD CONSTRAINT a_part_size_check CHECK ((size)::integer > 0) NOT VALID;
ALTER TABLE public.a_part VALIDATE CONSTRAINT a_part_size_check;
ALTER TABLE public.a_thing ADD CONSTRAINT a_thing_size_check CHECK ((size)::integer > 0) NOT VALID;
ALTER TABLE public.a_thing VALIDATE CONSTRAINT a_thing_size_check;
