DROP TABLE public.log_2026_0;
DROP TABLE public.log_2026;
DROP TABLE public.log_2027;
DROP TABLE public.log_rest;
DROP INDEX public.log_at;
ALTER TABLE public.log DROP COLUMN level;
ALTER TABLE public.log ATTACH PARTITION public.log_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
