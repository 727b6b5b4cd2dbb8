DROP TYPE public.span;
ALTER TYPE public.point3 DROP ATTRIBUTE z; -- destroys data
ALTER DOMAIN public.email DROP CONSTRAINT has_at;
ALTER DOMAIN public.email DROP CONSTRAINT short;
ALTER DOMAIN public.email DROP DEFAULT;
ALTER DOMAIN public.email DROP NOT NULL;
ALTER DOMAIN public.email ADD CONSTRAINT email_check CHECK (VALUE ~~ '%@%'::text);
ALTER TABLE public.t ALTER COLUMN n TYPE text;
ALTER TABLE public.t ALTER COLUMN flag TYPE integer USING flag::integer;
ALTER TABLE public.t ALTER COLUMN tags TYPE text;
