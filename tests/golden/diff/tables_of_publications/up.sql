CREATE TABLE public.new (
    id integer NOT NULL,
    CONSTRAINT new_pkey PRIMARY KEY (id)
);

CREATE PUBLICATION alone FOR TABLE ONLY public.parent WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = false);
ALTER PUBLICATION emptied DROP TABLE ONLY app.gone, ONLY public."odd ""(table)";
CREATE PUBLICATION family FOR TABLE ONLY public.child, ONLY public.parent WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = false);
ALTER PUBLICATION fewer SET TABLE ONLY public.new, ONLY public.stays;
DROP TABLE app.gone; -- destroys data
DROP SCHEMA app; -- destroys data
ALTER PUBLICATION without_child DROP TABLE ONLY public.parent;
