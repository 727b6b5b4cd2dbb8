ALTER TABLE public.m ALTER COLUMN x TYPE character varying(20);
ALTER TABLE public.m ADD COLUMN o integer;

CREATE FUNCTION public.tf()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN RETURN NEW; END$function$;

CREATE TRIGGER tt BEFORE INSERT ON public.m FOR EACH ROW EXECUTE FUNCTION public.tf();
ALTER TABLE public.m ADD CONSTRAINT id_is_not_null CHECK (id IS NOT NULL) NOT VALID;
ALTER TABLE public.m VALIDATE CONSTRAINT id_is_not_null;
ALTER TABLE public.m ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.m DROP CONSTRAINT id_is_not_null;
ALTER TABLE ONLY public.m ADD CONSTRAINT m_pkey PRIMARY KEY (id, at);
ALTER TABLE ONLY public.m ADD CONSTRAINT m_at_x_key UNIQUE (at, x);
CREATE INDEX m_x_idx ON ONLY public.m USING btree (x);
CREATE TABLE public.m2 PARTITION OF public.m FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE UNIQUE INDEX CONCURRENTLY m1_pkey ON public.m1 (id, at);
ALTER TABLE public.m1 ADD CONSTRAINT m1_pkey PRIMARY KEY USING INDEX m1_pkey;
ALTER INDEX public.m_pkey ATTACH PARTITION public.m1_pkey;

CREATE TABLE public.r (
    a integer,
    b date,
    CONSTRAINT r_a_b_fkey FOREIGN KEY (a, b) REFERENCES public.m(id, at)
);

CREATE UNIQUE INDEX CONCURRENTLY m1_at_x_key ON public.m1 (at, x);
ALTER TABLE public.m1 ADD CONSTRAINT m1_at_x_key UNIQUE USING INDEX m1_at_x_key;
ALTER INDEX public.m_at_x_key ATTACH PARTITION public.m1_at_x_key;
CREATE INDEX CONCURRENTLY m1_x_idx ON public.m1 USING btree (x);
ALTER INDEX public.m_x_idx ATTACH PARTITION public.m1_x_idx;
ALTER TABLE public.m ADD CONSTRAINT m_o_fkey FOREIGN KEY (o) REFERENCES public.o(id);
