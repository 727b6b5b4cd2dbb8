DROP VIEW public.of_prices;
DROP VIEW public.prices;
DROP FUNCTION public.unused(text);
DROP INDEX public.item_label;
ALTER TABLE public.item DROP CONSTRAINT titled;
ALTER TABLE public.item ALTER COLUMN cost DROP DEFAULT;
DROP FUNCTION public.price(integer, integer);
ALTER TABLE public.item DROP COLUMN shown; -- destroys data

CREATE FUNCTION public.label(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT upper($1) $function$;

ALTER DOMAIN public.tag SET DEFAULT public.label('none'::text);
ALTER TABLE public.item ADD COLUMN shown text GENERATED ALWAYS AS (public.label(title)) STORED;
ALTER TABLE public.item ALTER COLUMN title SET DEFAULT public.label('new'::text);
ALTER TABLE public.item ADD CONSTRAINT titled CHECK (public.label(title) <> ''::text);
CREATE INDEX item_label ON public.item USING btree (public.label(title));

CREATE FUNCTION public.price(integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT $1 $function$;

ALTER TABLE public.item ALTER COLUMN cost SET DEFAULT public.price(1);

CREATE FUNCTION public.unused(integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT 'one' $function$;

CREATE OR REPLACE VIEW public.labels AS
SELECT public.label(item.title) AS label
   FROM public.item;

CREATE VIEW public.prices AS
SELECT public.price(item.cost) AS price
   FROM public.item;

CREATE VIEW public.of_prices AS
SELECT prices.price
   FROM public.prices;

ALTER POLICY mine ON public.item USING (public.label(title) <> 'X'::text);
DROP FUNCTION public.label(integer);
