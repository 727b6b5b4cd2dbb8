ALTER TYPE public.mood ADD VALUE 'great' BEFORE 'good';
ALTER TYPE public.mood ADD VALUE 'so-so' AFTER 'good';
ALTER TYPE public.mood ADD VALUE 'it''s over';
