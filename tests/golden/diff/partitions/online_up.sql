ALTER TABLE public.log DETACH PARTITION public.log_2024;
ALTER TABLE public.log ADD COLUMN level integer NOT NULL DEFAULT 0;
CREATE INDEX log_at ON ONLY public.log USING btree (at);

CREATE TABLE public.log_2026 PARTITION OF public.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
PARTITION BY LIST (level);

CREATE TABLE public.log_2026_0 PARTITION OF public.log_2026 FOR VALUES IN (0);

CREATE TABLE public.log_2027 PARTITION OF public.log (
    text NOT NULL DEFAULT '-'::text
)
FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

CREATE TABLE public.log_rest PARTITION OF public.log DEFAULT;
CREATE INDEX CONCURRENTLY log_2025_at_idx ON public.log_2025 USING btree (at);
ALTER INDEX public.log_at ATTACH PARTITION public.log_2025_at_idx;
