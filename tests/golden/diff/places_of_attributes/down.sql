DROP VIEW public.of_goods;
ALTER TYPE public.pair RENAME TO pair__old;
ALTER TYPE public.price RENAME TO price__old;
ALTER TYPE public.swapped RENAME TO swapped__old;
DROP TYPE public.unused;
ALTER DOMAIN public.prices RENAME TO prices__old;

CREATE TYPE public.price AS (
    amount integer,
    currency text,
    since date
);

CREATE DOMAIN public.prices AS public.price[];

CREATE TYPE public.pair AS (
    low public.price,
    high public.price
);

CREATE TYPE public.swapped AS (
    a integer,
    b text
);

CREATE TYPE public.unused AS (
    a integer,
    b text
);

ALTER TABLE public.goods ALTER COLUMN price TYPE public.price USING json_populate_record(NULL::public.price, to_json(price));
CREATE TYPE public.history__row AS (value public.price[]);
ALTER TABLE public.goods ALTER COLUMN history TYPE public.price[] USING (json_populate_record(NULL::public.history__row, json_build_object('value', history))).value;
DROP TYPE public.history__row;
ALTER TABLE public.goods ALTER COLUMN pair TYPE public.pair USING json_populate_record(NULL::public.pair, to_json(pair));
DROP TYPE public.pair__old;
CREATE TYPE public.prices__row AS (value public.prices);
ALTER TABLE public.goods ALTER COLUMN prices TYPE public.prices USING (json_populate_record(NULL::public.prices__row, json_build_object('value', prices))).value;
DROP TYPE public.prices__row;
DROP DOMAIN public.prices__old;
DROP TYPE public.price__old;
ALTER TABLE public.goods ALTER COLUMN swapped TYPE public.swapped USING json_populate_record(NULL::public.swapped, to_json(swapped));
DROP TYPE public.swapped__old;

CREATE VIEW public.of_goods AS
SELECT goods.id,
    (goods.price).currency AS currency
   FROM public.goods;
