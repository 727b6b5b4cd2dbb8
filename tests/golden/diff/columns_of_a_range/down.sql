ALTER TYPE public.span RENAME TO span__old;
ALTER TYPE public.span_multirange RENAME TO span_multirange__old;
ALTER FUNCTION public.span_multirange() RENAME TO span_multirange__old;
ALTER TYPE public.stretch RENAME TO stretch__old;
ALTER FUNCTION public.stretch(double precision, double precision) RENAME TO stretch__old;
ALTER FUNCTION public.stretch(double precision, double precision, text) RENAME TO stretch__old;
ALTER TYPE public.stretch_multirange RENAME TO stretch_multirange__old;
ALTER FUNCTION public.stretch_multirange() RENAME TO stretch_multirange__old;

CREATE TYPE public.span AS RANGE (
    subtype = integer,
    multirange_type_name = public.span_multirange
);

CREATE TYPE public.stretch AS RANGE (
    subtype = double precision,
    multirange_type_name = public.stretch_multirange
);

ALTER TABLE public.t ALTER COLUMN a TYPE character varying(9);
ALTER TABLE public.t ALTER COLUMN s TYPE public.span USING s::text::public.span;
DROP TYPE public.span__old;
ALTER TABLE public.t ALTER COLUMN f TYPE public.stretch USING f::text::public.stretch;
DROP TYPE public.stretch__old;
ALTER STATISTICS public.t_stat SET STATISTICS 50;
