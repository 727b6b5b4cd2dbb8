DROP TRIGGER same ON public.turned_1;
ALTER TABLE public.turned_1 DROP CONSTRAINT key;
DROP INDEX public.freed_b;
DROP INDEX public.turned_ab;
ALTER TABLE public.turned DROP CONSTRAINT kept;
DROP INDEX public.turned_1_b_idx;
ALTER TABLE public.turned_1 DROP CONSTRAINT above;

CREATE TABLE public.freed_1_b_idx (
    i integer
);

ALTER TABLE public.grown_1 ADD CONSTRAINT grown_1_a_b_key UNIQUE (b);
ALTER TABLE public.grown ADD CONSTRAINT pair UNIQUE (a, b);

CREATE TABLE public.grown_1_b_idx (
    i integer
);

CREATE INDEX z ON public.grown USING btree (b);
CREATE INDEX c ON public.grown USING btree (b) WHERE (a > 0);

CREATE TABLE public.made (
    a integer,
    b integer
)
PARTITION BY LIST (a);

CREATE TABLE public.a_made PARTITION OF public.made (
    CONSTRAINT made_a_fkey FOREIGN KEY (b) REFERENCES public.other(i)
)
FOR VALUES IN (1);

ALTER TABLE public.turned ADD CONSTRAINT above CHECK (b > 1);
CREATE INDEX turned_b ON public.turned USING btree (b);
ALTER TABLE public.turned_1 ADD CONSTRAINT kept CHECK (b < 9);
CREATE INDEX turned_1_a_b_idx ON public.turned_1 USING btree (a, b);
ALTER TABLE public.a_linked ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES public.other(i);
ALTER TABLE public.linked ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES public.other(i);
ALTER TABLE public.made ADD CONSTRAINT made_a_fkey FOREIGN KEY (a) REFERENCES public.other(i);
ALTER TABLE public.turned ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES public.other(i);
CREATE TRIGGER same AFTER INSERT ON public.turned FOR EACH ROW EXECUTE FUNCTION public.f();
