DROP VIEW public.of_prices;
DROP VIEW public.prices;
DROP FUNCTION public.unused(integer);
DROP INDEX public.item_label;
ALTER TABLE public.item DROP CONSTRAINT titled;
ALTER TABLE public.item ALTER COLUMN cost DROP DEFAULT;
DROP FUNCTION public.price(integer);
ALTER TABLE public.item DROP COLUMN shown; -- destroys data

CREATE FUNCTION public.label(integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT 'no ' || $1 $function$;

ALTER DOMAIN public.tag SET DEFAULT public.label(0);
ALTER TABLE public.item ADD COLUMN shown text GENERATED ALWAYS AS (public.label(id)) STORED;
ALTER TABLE public.item ALTER COLUMN title SET DEFAULT public.label(1);
ALTER TABLE public.item ADD CONSTRAINT titled CHECK (public.label(id) <> ''::text);
CREATE INDEX item_label ON public.item USING btree (public.label(id));

CREATE FUNCTION public.price(integer, more integer DEFAULT 0)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT $1 + $2 $function$;

ALTER TABLE public.item ALTER COLUMN cost SET DEFAULT public.price(2);

CREATE FUNCTION public.unused(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT 'two' $function$;

CREATE OR REPLACE VIEW public.labels AS
SELECT public.label(item.id) AS label
   FROM public.item;

CREATE VIEW public.prices AS
SELECT public.price(item.id) AS price
   FROM public.item;

CREATE VIEW public.of_prices AS
SELECT prices.price
   FROM public.prices;

ALTER POLICY mine ON public.item USING (public.label(id) <> 'no 7'::text);
DROP FUNCTION public.label(text);
