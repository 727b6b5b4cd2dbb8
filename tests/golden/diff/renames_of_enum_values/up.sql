ALTER TYPE public.mood RENAME VALUE 'sad' TO 'unhappy';
ALTER TYPE public.mood RENAME VALUE 'it''s fine' TO 'all right';
ALTER TYPE public.mood RENAME VALUE E'C:\\temp' TO E'D:\\temp';
ALTER TYPE public.mood RENAME VALUE 'Ünïcode' TO 'unicode';

CREATE OR REPLACE FUNCTION public.is_sad(public.mood)
 RETURNS boolean
 LANGUAGE sql
AS $function$ SELECT $1 = 'unhappy' $function$
;
