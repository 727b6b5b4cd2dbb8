CREATE SCHEMA app;

CREATE TABLE app.gone (
    id integer NOT NULL,
    note text,
    CONSTRAINT gone_pkey PRIMARY KEY (id)
);

ALTER PUBLICATION emptied SET TABLE app.gone (id) WHERE (id > 0), public."odd ""(table)" WHERE ((id > 0) OR (id < '-5'::integer));
ALTER PUBLICATION fewer SET TABLE app.gone, public.stays;
DROP TABLE public.new; -- destroys data
