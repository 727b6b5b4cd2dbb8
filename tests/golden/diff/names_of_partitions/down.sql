DROP TRIGGER same ON public.turned;
ALTER TABLE public.a_linked DROP CONSTRAINT key;
ALTER TABLE public.linked DROP CONSTRAINT key;
ALTER TABLE public.turned DROP CONSTRAINT key;
DROP TABLE public.a_made; -- destroys data
DROP TABLE public.freed_1_b_idx; -- destroys data
DROP INDEX public.c;
DROP INDEX public.z;
ALTER TABLE public.grown DROP CONSTRAINT pair;
ALTER TABLE public.grown_1 DROP CONSTRAINT grown_1_a_b_key;
DROP TABLE public.grown_1_b_idx; -- destroys data
DROP TABLE public.made; -- destroys data
DROP INDEX public.turned_b;
ALTER TABLE public.turned DROP CONSTRAINT above;
CREATE INDEX freed_b ON public.freed USING btree (b);
ALTER TABLE public.turned ADD CONSTRAINT kept CHECK (b < 9);
CREATE INDEX turned_ab ON public.turned USING btree (a, b);
ALTER TABLE public.turned_1 ADD CONSTRAINT above CHECK (b > 0);
CREATE INDEX turned_1_b_idx ON public.turned_1 USING btree (a);
ALTER TABLE public.turned_1 ADD CONSTRAINT key FOREIGN KEY (a) REFERENCES public.other(i);
CREATE TRIGGER same AFTER INSERT ON public.turned_1 FOR EACH ROW EXECUTE FUNCTION public.f();
