ALTER TABLE public.m ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.m ALTER COLUMN x TYPE character varying(20);
ALTER TABLE public.m ADD COLUMN o integer;
ALTER TABLE public.m ADD CONSTRAINT m_pkey PRIMARY KEY (id, at);
ALTER TABLE public.m ADD CONSTRAINT m_at_x_key UNIQUE (at, x);
CREATE INDEX m_x_idx ON public.m USING btree (x);
CREATE TABLE public.m2 PARTITION OF public.m FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');

CREATE TABLE public.r (
    a integer,
    b date,
    CONSTRAINT r_a_b_fkey FOREIGN KEY (a, b) REFERENCES public.m(id, at)
);

ALTER TABLE public.m ADD CONSTRAINT m_o_fkey FOREIGN KEY (o) REFERENCES public.o(id);

CREATE FUNCTION public.tf()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN RETURN NEW; END$function$;

CREATE TRIGGER tt BEFORE INSERT ON public.m FOR EACH ROW EXECUTE FUNCTION public.tf();
