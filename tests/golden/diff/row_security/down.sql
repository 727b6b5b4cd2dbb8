DROP POLICY writes ON public.doc;
ALTER TABLE public.doc DISABLE ROW LEVEL SECURITY;
ALTER TABLE public.doc NO FORCE ROW LEVEL SECURITY;
DROP POLICY mine ON public.doc;

CREATE POLICY mine ON public.doc
    USING (owner = CURRENT_USER);

CREATE POLICY seen ON public.doc FOR SELECT
    USING (open);
