DROP TRIGGER touch ON public.note;
DROP FUNCTION public.gone();
ALTER TABLE public.note DROP CONSTRAINT small;
DROP FUNCTION public.size(text);

CREATE FUNCTION public.size(text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT length($1)$function$;

CREATE PROCEDURE public.tidy(IN days integer DEFAULT 7)
 LANGUAGE sql
AS $procedure$ DELETE FROM note $procedure$;

CREATE OR REPLACE FUNCTION public.touch()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END $function$
;

CREATE FUNCTION public.z_called(integer)
 RETURNS text
 LANGUAGE sql
AS $function$ SELECT 'x' $function$;

CREATE FUNCTION public.a_caller(integer)
 RETURNS text
 LANGUAGE sql
AS $function$ SELECT z_called($1) $function$;

CREATE AGGREGATE public.longest(text) (
    SFUNC = text_larger,
    STYPE = text
);

CREATE TRIGGER touch BEFORE UPDATE OF text ON public.note FOR EACH ROW WHEN ((old.text <> new.text)) EXECUTE FUNCTION public.touch();
ALTER TABLE public.note DISABLE TRIGGER touch;
ALTER TABLE public.note ADD CONSTRAINT small CHECK (public.size(text) < 100) NOT VALID;
ALTER TABLE public.note VALIDATE CONSTRAINT small;
