ALTER TRIGGER touched ON public.words RENAME TO touched_row;
ALTER FUNCTION public.area(integer) RENAME TO surface;
ALTER FUNCTION public.area(integer, integer) RENAME TO surface;
ALTER FUNCTION public.size(text) RENAME TO "Length";
ALTER PROCEDURE public.tidy(integer) RENAME TO tidy_up;
ALTER AGGREGATE public.total(integer) RENAME TO sum_of;
ALTER FUNCTION public.touch() RENAME TO touch_row;

CREATE OR REPLACE PROCEDURE public.tidy_up(IN integer)
 LANGUAGE plpgsql
AS $procedure$ BEGIN PERFORM surface($1); END $procedure$
;
