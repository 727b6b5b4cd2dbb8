ALTER TABLE public.keep DROP CONSTRAINT keep_up_fkey;
ALTER TABLE public.tree DROP CONSTRAINT tree_up_fkey;
DROP TABLE public.keep_2; -- destroys data
DROP TABLE public.leaf; -- destroys data
DROP TABLE public.tree_1; -- destroys data
DROP TABLE public.tree_2_11; -- destroys data
DROP TABLE public.tree_2; -- destroys data
DROP TABLE public.tree; -- destroys data
ALTER TABLE public.keep ADD CONSTRAINT keep_up_fkey FOREIGN KEY (up) REFERENCES public.keep(id);
