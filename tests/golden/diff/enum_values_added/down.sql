ALTER TYPE public.mood RENAME TO mood__old;
CREATE TYPE public.mood AS ENUM ('good', 'bad');
ALTER TABLE public.day ALTER COLUMN mood TYPE public.mood USING mood::text::public.mood;
DROP TYPE public.mood__old;
