DROP TABLE public.log_2026; -- destroys data
ALTER TABLE public.log DETACH PARTITION public.log_old;
DROP INDEX public.log_old_level_idx;
DROP INDEX public.by_level;
DROP INDEX public.log_old_at_lower_idx;
DROP INDEX public.log_at;
DROP INDEX public.log_old_text_idx;
DROP INDEX public.log_text;
ALTER TABLE public.log_old DROP CONSTRAINT log_old_pkey;
ALTER TABLE public.log DROP CONSTRAINT log_pkey;
ALTER TABLE public.log_old DROP CONSTRAINT log_old_at_id_level_key;
ALTER TABLE public.log DROP CONSTRAINT log_at_id_level_key;
CREATE UNIQUE INDEX twice ON public.log USING btree (at, id, level);
CREATE INDEX log_2024_text_idx ON public.log_2024 USING btree (text);
CREATE INDEX mine ON public.log_2024 USING btree (level);
