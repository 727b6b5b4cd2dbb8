ALTER TABLE public.u DETACH PARTITION public.alone;
ALTER TABLE public.t DETACH PARTITION public.t_1;
ALTER TABLE public.t DETACH PARTITION public.u_1;

CREATE TABLE public.gone (
    a integer,
    CONSTRAINT key_of_gone FOREIGN KEY (a) REFERENCES public.other(a)
)
PARTITION BY LIST (a);

CREATE INDEX gone_a ON public.gone USING btree (a);
ALTER INDEX public.a_of_left_over RENAME TO left_over_a_idx;
ALTER TABLE public.gone ATTACH PARTITION public.left_over DEFAULT;
ALTER TABLE public.t ALTER COLUMN b DROP NOT NULL;
ALTER TABLE public.t_1 ALTER COLUMN b DROP NOT NULL;
ALTER TABLE public.t ATTACH PARTITION public.t_1 FOR VALUES IN (1);
ALTER TABLE public.t ATTACH PARTITION public.t_2 FOR VALUES IN (2);
ALTER TABLE public.u_1 ALTER COLUMN b DROP NOT NULL;
ALTER TABLE public.u ATTACH PARTITION public.u_1 FOR VALUES IN (1);
ALTER TABLE public.t ENABLE TRIGGER touching;
ALTER TABLE public.t_1 DISABLE TRIGGER touching;
