DROP PUBLICATION alone;
DROP PUBLICATION family;
CREATE SCHEMA app;

CREATE TABLE app.gone (
    id integer NOT NULL,
    note text,
    CONSTRAINT gone_pkey PRIMARY KEY (id)
);

ALTER PUBLICATION emptied SET TABLE ONLY app.gone (id) WHERE (id > 0), ONLY public."odd ""(table)" WHERE ((id > 0) OR (id < '-5'::integer));
ALTER PUBLICATION fewer SET TABLE ONLY app.gone, ONLY public.stays;
DROP TABLE public.new; -- destroys data
ALTER PUBLICATION without_child SET TABLE ONLY public.parent;
