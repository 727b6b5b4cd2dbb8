DROP VIEW public.sizes;
ALTER TABLE public.a_part DROP CONSTRAINT a_part_size_check;
ALTER TABLE public.a_small_thing ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.a_thing DROP CONSTRAINT a_thing_size_check;
ALTER TABLE public.a_thing ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.things ALTER COLUMN size DROP DEFAULT;
ALTER TABLE public.parted ALTER COLUMN size TYPE integer USING size::integer;
ALTER TABLE public.a_part ADD CONSTRAINT a_part_size_check CHECK (size > 0);
ALTER TABLE public.things ALTER COLUMN size TYPE integer USING size::integer;
ALTER TABLE public.a_thing ADD CONSTRAINT a_thing_size_check CHECK (size > 0);
ALTER TABLE public.things ALTER COLUMN name TYPE character varying(10);
ALTER TABLE public.things ALTER COLUMN size SET DEFAULT 12;
ALTER TABLE public.a_thing ALTER COLUMN size SET DEFAULT 21;
ALTER TABLE public.a_small_thing ALTER COLUMN size SET DEFAULT 21;

CREATE VIEW public.sizes AS
SELECT a_thing.size
   FROM public.a_thing;
