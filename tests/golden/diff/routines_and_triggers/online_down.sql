DROP TRIGGER touch ON public.note;
DROP AGGREGATE public.longest(text);
DROP FUNCTION public.a_caller(integer);
DROP PROCEDURE public.tidy(integer);
DROP FUNCTION public.z_called(integer);
ALTER TABLE public.note DROP CONSTRAINT small;
DROP FUNCTION public.size(text);

CREATE FUNCTION public.gone()
 RETURNS void
 LANGUAGE sql
AS $function$$function$;

CREATE FUNCTION public.size(text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT length($1)$function$;

CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN NEW.changed := now(); RETURN NEW; END $function$
;

CREATE TRIGGER touch BEFORE UPDATE ON public.note FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.note ADD CONSTRAINT small CHECK (public.size(text) < 100) NOT VALID;
ALTER TABLE public.note VALIDATE CONSTRAINT small;
