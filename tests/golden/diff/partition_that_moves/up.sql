ALTER TABLE public.gone DETACH PARTITION public.left_over;
ALTER TABLE public.left_over DROP CONSTRAINT key_of_gone;
ALTER TABLE public.t DETACH PARTITION public.t_1;
ALTER TABLE public.t DETACH PARTITION public.t_2;
ALTER TABLE public.u DETACH PARTITION public.u_1;
ALTER TABLE public.u ATTACH PARTITION public.alone FOR VALUES IN (2);
ALTER INDEX public.left_over_a_idx RENAME TO a_of_left_over;
DROP TABLE public.gone; -- destroys data
ALTER TABLE public.t ALTER COLUMN b SET NOT NULL;
ALTER TABLE public.t_1 ALTER COLUMN b SET NOT NULL;
ALTER TABLE public.t ATTACH PARTITION public.t_1 FOR VALUES IN (3);
ALTER TABLE public.u_1 ALTER COLUMN b SET NOT NULL;
ALTER TABLE public.t ATTACH PARTITION public.u_1 FOR VALUES IN (4);
ALTER TABLE public.t DISABLE TRIGGER touching;
