ALTER TABLE public.becomes RESET (toast.autovacuum_enabled);
ALTER TABLE public.becomes DROP COLUMN c; -- destroys data
DROP TABLE public.fresh; -- destroys data
ALTER TABLE public.parts_1 RESET (toast.autovacuum_enabled);
ALTER TABLE public.parts DROP COLUMN b; -- destroys data
ALTER TABLE public.becomes RESET (fillfactor);
ALTER TABLE public.becomes ALTER COLUMN b TYPE integer USING b::integer;
ALTER TABLE public.drops ADD COLUMN b text;
ALTER TABLE public.drops SET (toast.autovacuum_enabled=false);
ALTER TABLE public.has ALTER COLUMN a TYPE text;
ALTER TABLE public.has SET (toast.autovacuum_enabled=false, toast.vacuum_truncate=false);
ALTER TABLE public.loses SET (toast.autovacuum_enabled=false);
