DROP INDEX public.customers_region_idx;
ALTER TABLE public.customers ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.customers ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE public.customers ADD CONSTRAINT customers_name_region_id_key UNIQUE (name, region) INCLUDE (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.customers ADD CONSTRAINT customers_name_check CHECK (name <> ''::text);
CREATE UNIQUE INDEX customers_lower_idx ON public.customers USING btree (lower(name));
ALTER TABLE public.events ALTER COLUMN kind SET NOT NULL;
ALTER TABLE public.events ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);
ALTER TABLE public.events ADD CONSTRAINT events_kind_check CHECK (kind <> ''::text);
CREATE INDEX events_kind_idx ON public.events USING btree (kind);

CREATE TABLE public.fresh (
    id integer NOT NULL,
    customer integer,
    n integer,
    CONSTRAINT fresh_pkey PRIMARY KEY (id),
    CONSTRAINT fresh_n_check CHECK (n > 0),
    CONSTRAINT fresh_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers(id)
);

CREATE INDEX fresh_n_idx ON public.fresh USING btree (n);
ALTER TABLE public.orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE public.orders ADD COLUMN "Odd )name" integer;
ALTER TABLE public.orders ADD CONSTRAINT "orders_Odd )name_key" UNIQUE ("Odd )name");
ALTER TABLE public.orders ADD CONSTRAINT orders_id_excl EXCLUDE USING btree (id WITH =);
ALTER TABLE public.orders ADD CONSTRAINT orders_total_check CHECK (total >= (0)::numeric) NOT VALID;
CREATE INDEX orders_customer_idx ON public.orders USING btree (customer_id) WHERE (total > (5)::numeric);
ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE;
CREATE UNIQUE INDEX totals_customer_idx ON public.totals USING btree (customer_id);
