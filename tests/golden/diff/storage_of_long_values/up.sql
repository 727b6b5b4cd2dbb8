ALTER TABLE public.drops RESET (toast.autovacuum_enabled);
ALTER TABLE public.drops DROP COLUMN b; -- destroys data
ALTER TABLE public.loses RESET (toast.autovacuum_enabled);
ALTER TABLE public.becomes SET (fillfactor=60);
ALTER TABLE public.becomes ALTER COLUMN b TYPE text;
ALTER TABLE public.becomes ADD COLUMN c integer;
ALTER TABLE public.becomes SET (toast.autovacuum_enabled=false);

CREATE TABLE public.fresh (
    a text
)
WITH (fillfactor=70, toast.autovacuum_enabled=false);

ALTER TABLE public.has ALTER COLUMN a TYPE character varying(5000);
ALTER TABLE public.has SET (toast.autovacuum_enabled=true);
ALTER TABLE public.has RESET (toast.vacuum_truncate);
ALTER TABLE public.parts ADD COLUMN b text;
ALTER TABLE public.parts_1 SET (toast.autovacuum_enabled=false);
