DROP TRIGGER same ON public.turned;
ALTER TABLE public.a_linked DROP CONSTRAINT key;
ALTER TABLE public.linked DROP CONSTRAINT key;
ALTER TABLE public.turned DROP CONSTRAINT key;
DROP TABLE public.a_made; -- destroys data
DROP TABLE public.freed_1_b_idx; -- destroys data
ALTER TABLE public.grown DROP CONSTRAINT pair;
ALTER TABLE public.grown_1 DROP CONSTRAINT grown_1_a_b_key;
DROP TABLE public.grown_1_b_idx; -- destroys data
DROP TABLE public.made; -- destroys data
ALTER TABLE public.turned DROP CONSTRAINT above;
CREATE TRIGGER same AFTER INSERT ON public.turned_1 FOR EACH ROW EXECUTE FUNCTION public.f();
DROP INDEX public.c;
DROP INDEX public.z;
DROP INDEX public.turned_b;
CREATE INDEX freed_b ON ONLY public.freed USING btree (b);
CREATE INDEX CONCURRENTLY freed_1_b_idx ON public.freed_1 USING btree (b);
ALTER INDEX public.freed_b ATTACH PARTITION public.freed_1_b_idx;
ALTER TABLE public.turned ADD CONSTRAINT kept CHECK (b < 9) NOT VALID;
ALTER TABLE public.turned VALIDATE CONSTRAINT kept;
CREATE INDEX turned_ab ON ONLY public.turned USING btree (a, b);
ALTER INDEX public.turned_ab ATTACH PARTITION public.turned_1_a_b_idx;
ALTER TABLE public.turned_1 ADD CONSTRAINT above CHECK (b > 0) NOT VALID;
ALTER TABLE public.turned_1 VALIDATE CONSTRAINT above;
CREATE INDEX CONCURRENTLY turned_1_b_idx ON public.turned_1 USING btree (a);
ALTER TABLE public.turned_1 ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES public.other(i) NOT VALID;
ALTER TABLE public.turned_1 VALIDATE CONSTRAINT key;
