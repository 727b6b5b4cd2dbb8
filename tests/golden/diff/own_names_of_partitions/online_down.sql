DROP TABLE public.fresh_0; -- destroys data
DROP TABLE public.fresh_1; -- destroys data
DROP TABLE public.fresh; -- destroys data
DROP TABLE public.log_2026; -- destroys data
ALTER INDEX public.key_of_2024 RENAME TO log_2024_id_at_level_key;
ALTER INDEX public.of_2024 RENAME TO log_2024_at_idx;
ALTER INDEX public.levels_of_2024 RENAME TO log_2024_level_idx;
ALTER INDEX public.log_2024_text_idx RENAME TO earlier;
DROP INDEX public.alone;
DROP INDEX public.new_one;
CREATE INDEX alone ON ONLY public.log USING btree (id);
CREATE INDEX log_2025_level_idx ON ONLY public.log_2025 USING btree (level);
ALTER INDEX public.log_level ATTACH PARTITION public.log_2025_level_idx;
CREATE INDEX CONCURRENTLY log_2025_0_level_idx ON public.log_2025_0 USING btree (level);
ALTER INDEX public.log_2025_level_idx ATTACH PARTITION public.log_2025_0_level_idx;
CREATE INDEX CONCURRENTLY log_2025_rest_level_idx ON public.log_2025_rest USING btree (level);
ALTER INDEX public.log_2025_level_idx ATTACH PARTITION public.log_2025_rest_level_idx;
