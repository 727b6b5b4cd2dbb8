DROP TABLE public.t_3; -- destroys data
DROP TRIGGER again ON public.t;
DROP TRIGGER created ON public.t;
ALTER TABLE public.t ALTER COLUMN b TYPE integer;
CREATE TRIGGER again BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.t ENABLE TRIGGER alone;
ALTER TABLE public.t ENABLE TRIGGER disabled;
ALTER TABLE public.t DISABLE TRIGGER enabled;
ALTER TABLE public.t_1 DISABLE TRIGGER again;
ALTER TABLE public.t_2_2 ENABLE ALWAYS TRIGGER enabled;
