ALTER TABLE public.m DROP CONSTRAINT m_o_fkey;
DROP TABLE public.r; -- destroys data
DROP TABLE public.m2; -- destroys data
DROP TRIGGER tt ON public.m;
DROP FUNCTION public.tf();
DROP INDEX public.m_x_idx;
ALTER TABLE public.m DROP CONSTRAINT m_pkey;
ALTER TABLE public.m DROP CONSTRAINT m_at_x_key;
ALTER TABLE public.m DROP COLUMN o; -- destroys data
ALTER TABLE public.m ALTER COLUMN id DROP NOT NULL;
ALTER TABLE public.m ALTER COLUMN x TYPE text;
ALTER TABLE public.m1 ALTER COLUMN id DROP NOT NULL;
