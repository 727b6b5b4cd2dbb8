CREATE DOMAIN public.mail AS text
    CONSTRAINT mail_check CHECK (VALUE ~~ '%@%'::text);

ALTER DOMAIN public.mail ADD CONSTRAINT later CHECK (VALUE <> '@'::text) NOT VALID;
ALTER SEQUENCE public.down INCREMENT BY 1 MINVALUE 1 NO MAXVALUE START WITH 1 CYCLE RESTART;

CREATE TABLE public.alike (
    a integer NOT NULL,
    CONSTRAINT alike_key PRIMARY KEY (a)
);

ALTER TABLE public.alike ADD CONSTRAINT alike_one UNIQUE (a);
ALTER TABLE public.alike ADD CONSTRAINT alike_two UNIQUE (a);
ALTER TABLE public.t ALTER COLUMN id SET INCREMENT BY -2 SET NO MINVALUE SET MAXVALUE -1 SET START WITH -1 RESTART;
ALTER INDEX public.t_a SET (fillfactor=70);
ALTER INDEX public.t_b RESET (fillfactor);
ALTER TABLE public.t ADD CONSTRAINT t_both UNIQUE (a, b) INCLUDE (id) WITH (fillfactor=80) DEFERRABLE;
ALTER TABLE public.t ADD CONSTRAINT t_apart EXCLUDE USING btree (a WITH =) WITH (fillfactor='60') WHERE (b > 0);

CREATE POLICY below ON public.t
    USING (( SELECT (max(x.x) > t.a)
   FROM generate_series(1, 9) x(x)));
