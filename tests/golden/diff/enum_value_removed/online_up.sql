DROP VIEW public.open_task;
DROP FUNCTION public.is_done(public.state);
ALTER TABLE public.task ALTER COLUMN state DROP DEFAULT;
ALTER TYPE public.state RENAME TO state__old;
CREATE TYPE public.state AS ENUM ('open', 'done', 'dropped');
ALTER TABLE public.task ALTER COLUMN old_states TYPE public.state[] USING old_states::text[]::public.state[];

CREATE FUNCTION public.is_done(public.state)
 RETURNS boolean
 LANGUAGE sql
AS $function$ SELECT $1 = 'done' $function$;

DROP INDEX CONCURRENTLY public.open_tasks;
ALTER TABLE public.task ALTER COLUMN state TYPE public.state USING state::text::public.state;
DROP TYPE public.state__old;
ALTER TABLE public.task ALTER COLUMN state SET DEFAULT 'open'::public.state;

CREATE VIEW public.open_task AS
SELECT task.id
   FROM public.task
  WHERE (task.state = 'open'::public.state);

CREATE INDEX CONCURRENTLY open_tasks ON public.task USING btree (id) WHERE (state = 'open'::public.state);
