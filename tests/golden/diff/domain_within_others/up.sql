DROP VIEW public.of_goods;
DROP FUNCTION public."add"(public.amount, public.plain);
ALTER TYPE public.span RENAME TO span__old;
ALTER FUNCTION public.span(public.amount, public.amount) RENAME TO span__old;
ALTER FUNCTION public.span(public.amount, public.amount, text) RENAME TO span__old;
ALTER TYPE public.span_multirange RENAME TO span_multirange__old;
ALTER FUNCTION public.span_multirange() RENAME TO span_multirange__old;
ALTER TYPE public.item RENAME TO item__old;
ALTER DOMAIN public.amount RENAME TO amount__old;
ALTER DOMAIN public.label RENAME TO label__old;
ALTER DOMAIN public.loose DROP CONSTRAINT positive;
ALTER DOMAIN public.sizes RENAME TO sizes__old;
ALTER TYPE public.mood RENAME TO mood__old;
CREATE TYPE public.mood AS ENUM ('good', 'bad');

CREATE DOMAIN public.amount AS integer
    CONSTRAINT positive CHECK (VALUE > 0);

CREATE DOMAIN public.label AS text
    CONSTRAINT short CHECK (length(VALUE) < 9);

ALTER DOMAIN public.loose DROP NOT NULL;
ALTER DOMAIN public.plain ADD CONSTRAINT positive CHECK (VALUE > 0);
CREATE DOMAIN public.sizes AS public.amount[];

CREATE TYPE public.item AS (
    label public.label,
    mood public.mood
);

CREATE TYPE public.span AS RANGE (
    subtype = public.amount,
    multirange_type_name = public.span_multirange
);

ALTER TABLE public.goods ALTER COLUMN amounts TYPE public.amount[] USING amounts::text[]::public.amount[];
ALTER TABLE public.goods ALTER COLUMN sizes TYPE public.sizes USING sizes::text::public.sizes;
DROP DOMAIN public.sizes__old;
ALTER TABLE public.goods ALTER COLUMN span TYPE public.span USING span::text::public.span;
DROP TYPE public.span__old;
DROP DOMAIN public.amount__old;
ALTER TABLE public.goods ALTER COLUMN item TYPE public.item USING item::text::public.item;
ALTER TABLE public.goods ALTER COLUMN items TYPE public.item[] USING items::text[]::public.item[];
DROP TYPE public.item__old;
DROP TYPE public.mood__old;
DROP DOMAIN public.label__old;

CREATE FUNCTION public.add(public.amount, public.plain)
 RETURNS public.amount
 LANGUAGE sql
AS $function$SELECT 1$function$;

CREATE VIEW public.of_goods AS
SELECT goods.id,
    (goods.item).label AS label,
    goods.sizes
   FROM public.goods;
