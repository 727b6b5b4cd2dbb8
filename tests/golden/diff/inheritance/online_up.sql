ALTER TABLE public.base ADD COLUMN more text;
ALTER TABLE public.base ALTER COLUMN at SET DEFAULT '2020-02-02'::date;
ALTER TABLE public.left_behind ALTER COLUMN at SET DEFAULT '2020-01-01'::date;
ALTER TABLE public.base ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
ALTER TABLE public.base VALIDATE CONSTRAINT positive;

CREATE TABLE public.child (
    extra text
)
INHERITS (public.base);

ALTER TABLE public.child ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.child ALTER COLUMN at SET DEFAULT '2021-01-01'::date;
