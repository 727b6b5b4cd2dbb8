DROP VIEW public.paid;
ALTER TABLE public.orders_2025 ALTER COLUMN state DROP DEFAULT;
ALTER TABLE public.orders ALTER COLUMN state DROP DEFAULT;
ALTER TYPE public.state RENAME TO state__old;
CREATE TYPE public.state AS ENUM ('new', 'paid');
ALTER TABLE public.orders ALTER COLUMN state TYPE public.state USING state::text::public.state;
DROP TYPE public.state__old;
ALTER TABLE public.orders ALTER COLUMN state SET DEFAULT 'new'::public.state;
ALTER TABLE public.orders_2025 ALTER COLUMN state SET DEFAULT 'paid'::public.state;

CREATE VIEW public.paid AS
SELECT orders_2025.id
   FROM public.orders_2025
  WHERE (orders_2025.state = 'paid'::public.state);
