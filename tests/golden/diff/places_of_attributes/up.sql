ALTER TYPE public.price DROP ATTRIBUTE amount; -- destroys data
ALTER TYPE public.swapped RENAME TO swapped__old;
DROP TYPE public.unused;

CREATE TYPE public.swapped AS (
    b text,
    a bigint
);

CREATE TYPE public.unused AS (
    b text,
    a integer
);

ALTER TABLE public.goods ALTER COLUMN swapped TYPE public.swapped USING json_populate_record(NULL::public.swapped, to_json(swapped));
DROP TYPE public.swapped__old;
