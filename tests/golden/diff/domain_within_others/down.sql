DROP VIEW public.of_goods;
ALTER TYPE public.item RENAME TO item__old;
ALTER DOMAIN public.amount DROP CONSTRAINT positive;
ALTER DOMAIN public.label RENAME TO label__old;
ALTER DOMAIN public.loose RENAME TO loose__old;
ALTER DOMAIN public.plain DROP CONSTRAINT positive;
ALTER TYPE public.mood ADD VALUE 'worse';

CREATE DOMAIN public.label AS text
    CONSTRAINT short CHECK (length(VALUE) < 10);

CREATE DOMAIN public.loose AS integer NOT NULL
    CONSTRAINT positive CHECK (VALUE > 0);

CREATE TYPE public.item AS (
    label public.label,
    mood public.mood
);

ALTER TABLE public.goods ALTER COLUMN item TYPE public.item USING item::text::public.item;
ALTER TABLE public.goods ALTER COLUMN items TYPE public.item[] USING items::text[]::public.item[];
DROP TYPE public.item__old;
DROP DOMAIN public.label__old;
ALTER TABLE public.goods ALTER COLUMN loose TYPE public.loose[] USING loose::text[]::public.loose[];
DROP DOMAIN public.loose__old;

CREATE VIEW public.of_goods AS
SELECT goods.id,
    (goods.item).label AS label,
    goods.sizes
   FROM public.goods;
