DROP INDEX public.log_level;
DROP INDEX public.only_of_names;
DROP INDEX public.taken;

CREATE TABLE public.fresh (
    a integer NOT NULL,
    b integer,
    CONSTRAINT fresh_pkey PRIMARY KEY (a)
)
PARTITION BY HASH (a);

CREATE INDEX fresh_b ON public.fresh USING btree (b);
CREATE TABLE public.fresh_0 PARTITION OF public.fresh FOR VALUES WITH (modulus 2, remainder 0);
ALTER INDEX public.fresh_0_pkey RENAME TO key_of_fresh_0;
CREATE TABLE public.fresh_1 PARTITION OF public.fresh FOR VALUES WITH (modulus 2, remainder 1);
COMMENT ON INDEX public.fresh_1_pkey IS 'of the partition';
ALTER INDEX public.fresh_1_b_idx RENAME TO b_of_fresh_1;
CREATE INDEX new_one ON ONLY public.log USING btree (text, id);
ALTER INDEX public.log_2024_id_at_level_key RENAME TO key_of_2024;
CREATE INDEX log_2024_id_idx ON public.log_2024 USING btree (id);
ALTER INDEX public.alone ATTACH PARTITION public.log_2024_id_idx;
ALTER INDEX public.log_2024_at_idx RENAME TO of_2024;
ALTER INDEX public.earlier RENAME TO log_2024_text_idx;
CREATE INDEX log_2024_text_id_idx ON public.log_2024 USING btree (text, id);
ALTER INDEX public.new_one ATTACH PARTITION public.log_2024_text_id_idx;
CREATE INDEX log_2025_id_idx ON ONLY public.log_2025 USING btree (id);
ALTER INDEX public.alone ATTACH PARTITION public.log_2025_id_idx;
CREATE INDEX log_2025_text_id_idx ON ONLY public.log_2025 USING btree (text, id);
ALTER INDEX public.new_one ATTACH PARTITION public.log_2025_text_id_idx;
CREATE INDEX log_2025_0_id_idx ON public.log_2025_0 USING btree (id);
ALTER INDEX public.log_2025_id_idx ATTACH PARTITION public.log_2025_0_id_idx;
CREATE INDEX new_of_0 ON public.log_2025_0 USING btree (text, id);
ALTER INDEX public.log_2025_text_id_idx ATTACH PARTITION public.new_of_0;
CREATE INDEX log_2025_rest_id_idx ON public.log_2025_rest USING btree (id);
ALTER INDEX public.log_2025_id_idx ATTACH PARTITION public.log_2025_rest_id_idx;
CREATE INDEX log_2025_rest_text_id_idx ON public.log_2025_rest USING btree (text, id);
ALTER INDEX public.log_2025_text_id_idx ATTACH PARTITION public.log_2025_rest_text_id_idx;
CREATE TABLE public.log_2026 PARTITION OF public.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX log_level ON ONLY public.log USING btree (level);
CREATE INDEX levels_of_2024 ON public.log_2024 USING btree (level);
ALTER INDEX public.log_level ATTACH PARTITION public.levels_of_2024;
ALTER INDEX public.log_2026_at_idx RENAME TO of_2026;
ALTER INDEX public.names_1_a_idx RENAME TO taken;
ALTER INDEX public.names_1_b_idx RENAME TO moving;
CREATE TABLE public.names_2 PARTITION OF public.names FOR VALUES IN (2);
CREATE INDEX only_of_names ON ONLY public.names USING btree (b, a);
