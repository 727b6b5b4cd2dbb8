DROP VIEW public.cheap;
DROP FUNCTION public.total(public.price);
ALTER TYPE public.price RENAME TO price__old;
ALTER TYPE public.range_of_prices RENAME TO range_of_prices__old;

CREATE TYPE public.price AS (
    amount integer,
    currency character(3)
);

CREATE TYPE public.range_of_prices AS (
    low public.price,
    high public.price
);

ALTER TYPE public.unused ALTER ATTRIBUTE a TYPE integer;
ALTER TABLE public.goods ALTER COLUMN price TYPE public.price USING price::text::public.price;
ALTER TABLE public.goods ALTER COLUMN history TYPE public.price[] USING history::text[]::public.price[];
ALTER TABLE public.goods ALTER COLUMN span TYPE public.range_of_prices USING span::text::public.range_of_prices;
DROP TYPE public.range_of_prices__old;
DROP TYPE public.price__old;

CREATE FUNCTION public.total(p public.price)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT p.amount$function$;

CREATE VIEW public.cheap AS
SELECT goods.id,
    (goods.price).amount AS amount
   FROM public.goods
  WHERE ((goods.price).amount < 10);
