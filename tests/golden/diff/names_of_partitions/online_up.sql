DROP TRIGGER same ON public.turned_1;
ALTER TABLE public.turned_1 DROP CONSTRAINT key;
ALTER TABLE public.turned DROP CONSTRAINT kept;
ALTER TABLE public.turned_1 DROP CONSTRAINT above;

CREATE TABLE public.grown_1_b_idx (
    i integer
);

CREATE TABLE public.made (
    a integer,
    b integer
)
PARTITION BY LIST (a);

CREATE TABLE public.a_made PARTITION OF public.made (
    CONSTRAINT made_a_fkey FOREIGN KEY (b) REFERENCES public.other(i)
)
FOR VALUES IN (1);

ALTER TABLE public.made ADD CONSTRAINT made_a_fkey FOREIGN KEY (a) REFERENCES public.other(i);
CREATE TRIGGER same AFTER INSERT ON public.turned FOR EACH ROW EXECUTE FUNCTION public.f();
DROP INDEX public.freed_b;

CREATE TABLE public.freed_1_b_idx (
    i integer
);

DROP INDEX public.turned_ab;
DROP INDEX CONCURRENTLY public.turned_1_b_idx;
ALTER TABLE ONLY public.grown ADD CONSTRAINT pair UNIQUE (a, b);
CREATE INDEX c ON ONLY public.grown USING btree (b) WHERE (a > 0);
CREATE INDEX z ON ONLY public.grown USING btree (b);
CREATE UNIQUE INDEX CONCURRENTLY grown_1_a_b_key ON public.grown_1 (b);
ALTER TABLE public.grown_1 ADD CONSTRAINT grown_1_a_b_key UNIQUE USING INDEX grown_1_a_b_key;
CREATE UNIQUE INDEX CONCURRENTLY grown_1_a_b_key1 ON public.grown_1 (a, b);
ALTER TABLE public.grown_1 ADD CONSTRAINT grown_1_a_b_key1 UNIQUE USING INDEX grown_1_a_b_key1;
ALTER INDEX public.pair ATTACH PARTITION public.grown_1_a_b_key1;
CREATE INDEX CONCURRENTLY grown_1_b_idx1 ON public.grown_1 USING btree (b);
ALTER INDEX public.z ATTACH PARTITION public.grown_1_b_idx1;
CREATE INDEX CONCURRENTLY grown_1_b_idx2 ON public.grown_1 USING btree (b) WHERE (a > 0);
ALTER INDEX public.c ATTACH PARTITION public.grown_1_b_idx2;
ALTER TABLE public.turned ADD CONSTRAINT above CHECK (b > 1) NOT VALID;
ALTER TABLE public.turned VALIDATE CONSTRAINT above;
CREATE INDEX turned_b ON ONLY public.turned USING btree (b);
ALTER TABLE public.turned_1 ADD CONSTRAINT kept CHECK (b < 9) NOT VALID;
ALTER TABLE public.turned_1 VALIDATE CONSTRAINT kept;
CREATE INDEX CONCURRENTLY turned_1_b_idx ON public.turned_1 USING btree (b);
ALTER INDEX public.turned_b ATTACH PARTITION public.turned_1_b_idx;
CREATE INDEX CONCURRENTLY turned_1_a_b_idx ON public.turned_1 USING btree (a, b);
ALTER TABLE public.a_linked ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES public.other(i) NOT VALID;
ALTER TABLE public.a_linked VALIDATE CONSTRAINT key;
ALTER TABLE public.linked ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES public.other(i);
ALTER TABLE public.turned ADD CONSTRAINT key FOREIGN KEY (b) REFERENCES public.other(i);
