CREATE TABLE public.new (
    id integer NOT NULL,
    CONSTRAINT new_pkey PRIMARY KEY (id)
);

ALTER PUBLICATION emptied DROP TABLE app.gone, public."odd ""(table)";
ALTER PUBLICATION fewer SET TABLE public.new, public.stays;
DROP TABLE app.gone; -- destroys data
DROP SCHEMA app; -- destroys data
