ALTER TABLE public.a ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE public.a_id_seq;
SELECT setval('public.loose', greatest(last_value, 100), is_called AND last_value >= 100) FROM public.loose;
ALTER SEQUENCE public.loose MINVALUE 100 MAXVALUE 1000 START WITH 100 CYCLE;
ALTER TABLE public.a ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('public.a', 'id'), max(id)) FROM public.a HAVING max(id) IS NOT NULL;
ALTER TABLE public.b ALTER COLUMN id TYPE bigint;
ALTER TABLE public.b ALTER COLUMN id SET GENERATED ALWAYS;
ALTER TABLE public.b ALTER COLUMN id SET INCREMENT BY 10 SET CACHE 3;

CREATE TABLE public.c (
    id smallserial,
    other integer DEFAULT nextval('public.loose'::regclass)
);

SELECT setval(s, 5, false) FROM pg_get_serial_sequence('public.raised', 'id') AS s WHERE coalesce(pg_sequence_last_value(s::regclass) < 5, true);
ALTER TABLE public.raised ALTER COLUMN id SET MINVALUE 5 SET START WITH 5;
SELECT setval(s, 5, false) FROM pg_get_serial_sequence('public.raised_untouched', 'id') AS s WHERE coalesce(pg_sequence_last_value(s::regclass) < 5, true);
ALTER TABLE public.raised_untouched ALTER COLUMN id SET MINVALUE 5 SET START WITH 5;
