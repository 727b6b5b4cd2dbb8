DROP TABLE public.fresh_0; -- destroys data
DROP TABLE public.fresh_1; -- destroys data
DROP TABLE public.fresh; -- destroys data
DROP TABLE public.log_2026; -- destroys data
ALTER INDEX public.key_of_2024 RENAME TO log_2024_id_at_level_key;
ALTER INDEX public.of_2024 RENAME TO log_2024_at_idx;
ALTER INDEX public.levels_of_2024 RENAME TO log_2024_level_idx;
ALTER INDEX public.log_2024_text_idx RENAME TO earlier;
ALTER INDEX public.taken RENAME TO names_1_a_idx;
ALTER INDEX public.moving RENAME TO names_1_b_idx;
DROP INDEX public.alone;
DROP INDEX public.new_one;
DROP INDEX public.only_of_names;
DROP TABLE public.names_2; -- destroys data
CREATE INDEX alone ON ONLY public.log USING btree (id);
CREATE INDEX log_2025_level_idx ON ONLY public.log_2025 USING btree (level);
ALTER INDEX public.log_level ATTACH PARTITION public.log_2025_level_idx;
CREATE INDEX CONCURRENTLY log_2025_0_level_idx ON public.log_2025_0 USING btree (level);
ALTER INDEX public.log_2025_level_idx ATTACH PARTITION public.log_2025_0_level_idx;
CREATE INDEX CONCURRENTLY log_2025_rest_level_idx ON public.log_2025_rest USING btree (level);
ALTER INDEX public.log_2025_level_idx ATTACH PARTITION public.log_2025_rest_level_idx;
CREATE INDEX only_of_names ON ONLY public.names USING btree (b, a);
CREATE INDEX CONCURRENTLY taken ON public.names_1 USING btree (a, b);
