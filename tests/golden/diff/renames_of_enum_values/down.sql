SET check_function_bodies = off;

CREATE OR REPLACE FUNCTION public.is_sad(public.mood)
 RETURNS boolean
 LANGUAGE sql
AS $function$ SELECT $1 = 'sad' $function$
;

ALTER TYPE public.mood RENAME VALUE 'unicode' TO 'Ünïcode';
ALTER TYPE public.mood RENAME VALUE E'D:\\temp' TO E'C:\\temp';
ALTER TYPE public.mood RENAME VALUE 'all right' TO 'it''s fine';
ALTER TYPE public.mood RENAME VALUE 'unhappy' TO 'sad';
RESET check_function_bodies;
