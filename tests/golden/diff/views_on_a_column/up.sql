DROP MATERIALIZED VIEW public.kept;
DROP VIEW public.dearest;
DROP VIEW public.dear;
DROP FUNCTION public.total();
ALTER TABLE public.items ALTER COLUMN price DROP DEFAULT;
ALTER TABLE public.items ALTER COLUMN price TYPE bigint;
ALTER TABLE public.items ALTER COLUMN price SET DEFAULT 0;

CREATE FUNCTION public.total()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT sum(items.price) AS sum
    FROM public.items;
END;

CREATE VIEW public.dear AS
SELECT items.id,
    items.price
   FROM public.items
  WHERE (items.price > 5);

COMMENT ON VIEW public.dear IS 'the dear ones';

CREATE VIEW public.dearest AS
SELECT max(dear.price) AS price
   FROM public.dear;

CREATE MATERIALIZED VIEW public.kept AS
SELECT dear.id,
    dear.price
   FROM public.dear;

CREATE UNIQUE INDEX kept_id ON public.kept USING btree (id);
