DROP TABLE public.child; -- destroys data
ALTER TABLE public.base DROP CONSTRAINT positive;
ALTER TABLE public.base DROP COLUMN more; -- destroys data
ALTER TABLE public.base ALTER COLUMN at SET DEFAULT '2020-01-01'::date;
ALTER TABLE public.left_behind ALTER COLUMN at SET DEFAULT '2020-01-01'::date;
