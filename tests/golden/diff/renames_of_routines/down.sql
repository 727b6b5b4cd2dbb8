SET check_function_bodies = off;

CREATE OR REPLACE PROCEDURE public.tidy_up(IN integer)
 LANGUAGE plpgsql
AS $procedure$ BEGIN PERFORM area($1); END $procedure$
;

ALTER FUNCTION public.touch_row() RENAME TO touch;
ALTER AGGREGATE public.sum_of(integer) RENAME TO total;
ALTER PROCEDURE public.tidy_up(integer) RENAME TO tidy;
ALTER FUNCTION public."Length"(text) RENAME TO size;
ALTER FUNCTION public.surface(integer, integer) RENAME TO area;
ALTER FUNCTION public.surface(integer) RENAME TO area;
ALTER TRIGGER touched_row ON public.words RENAME TO touched;
RESET check_function_bodies;
