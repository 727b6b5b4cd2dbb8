ALTER DOMAIN public.email DROP CONSTRAINT email_check;
ALTER DOMAIN public.email SET DEFAULT 'nobody@example.org'::text;
ALTER DOMAIN public.email SET NOT NULL;
ALTER DOMAIN public.email ADD CONSTRAINT has_at CHECK (VALUE ~ '@'::text);
ALTER DOMAIN public.email ADD CONSTRAINT short CHECK (length(VALUE) < 100);
ALTER TYPE public.point3 ADD ATTRIBUTE z double precision;

CREATE TYPE public.span AS RANGE (
    subtype = double precision,
    multirange_type_name = public.span_multirange
);

ALTER TABLE public.t ALTER COLUMN n TYPE integer USING n::integer;
ALTER TABLE public.t ALTER COLUMN flag TYPE boolean USING flag::boolean;
ALTER TABLE public.t ALTER COLUMN tags TYPE text[] USING ARRAY[tags];
