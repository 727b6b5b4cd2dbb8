DROP INDEX public.log_at;
DROP INDEX public.log_text;
DROP INDEX public.log_2_text;
DROP FOREIGN TABLE public.log_3;
