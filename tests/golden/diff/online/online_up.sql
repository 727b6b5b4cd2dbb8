ALTER TABLE public.orders ADD COLUMN "Odd )name" integer;
DROP INDEX CONCURRENTLY public.customers_region_idx;
ALTER TABLE public.customers ADD CONSTRAINT id_is_not_null CHECK (id IS NOT NULL) NOT VALID;
ALTER TABLE public.customers VALIDATE CONSTRAINT id_is_not_null;
ALTER TABLE public.customers ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.customers DROP CONSTRAINT id_is_not_null;
ALTER TABLE public.customers ADD CONSTRAINT name_is_not_null CHECK (name IS NOT NULL) NOT VALID;
ALTER TABLE public.customers VALIDATE CONSTRAINT name_is_not_null;
ALTER TABLE public.customers ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.customers DROP CONSTRAINT name_is_not_null;
CREATE UNIQUE INDEX CONCURRENTLY customers_pkey ON public.customers (id);
ALTER TABLE public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY USING INDEX customers_pkey;

CREATE TABLE public.fresh (
    id integer NOT NULL,
    customer integer,
    n integer,
    CONSTRAINT fresh_pkey PRIMARY KEY (id),
    CONSTRAINT fresh_n_check CHECK (n > 0),
    CONSTRAINT fresh_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers(id)
);

CREATE INDEX fresh_n_idx ON public.fresh USING btree (n);
CREATE UNIQUE INDEX CONCURRENTLY customers_name_region_id_key ON public.customers (name, region) INCLUDE (id);
ALTER TABLE public.customers ADD CONSTRAINT customers_name_region_id_key UNIQUE USING INDEX customers_name_region_id_key DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.customers ADD CONSTRAINT customers_name_check CHECK (name <> ''::text) NOT VALID;
ALTER TABLE public.customers VALIDATE CONSTRAINT customers_name_check;
CREATE UNIQUE INDEX CONCURRENTLY customers_lower_idx ON public.customers USING btree (lower(name));
ALTER TABLE public.events ADD CONSTRAINT kind_is_not_null CHECK (kind IS NOT NULL) NOT VALID;
ALTER TABLE public.events VALIDATE CONSTRAINT kind_is_not_null;
ALTER TABLE public.events ALTER COLUMN kind SET NOT NULL;
ALTER TABLE public.events DROP CONSTRAINT kind_is_not_null;
ALTER TABLE ONLY public.events ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);
ALTER TABLE public.events ADD CONSTRAINT events_kind_check CHECK (kind <> ''::text) NOT VALID;
ALTER TABLE public.events VALIDATE CONSTRAINT events_kind_check;
CREATE INDEX events_kind_idx ON ONLY public.events USING btree (kind);
CREATE UNIQUE INDEX CONCURRENTLY events_2026_pkey ON public.events_2026 (id, at);
ALTER TABLE public.events_2026 ADD CONSTRAINT events_2026_pkey PRIMARY KEY USING INDEX events_2026_pkey;
ALTER INDEX public.events_pkey ATTACH PARTITION public.events_2026_pkey;
CREATE INDEX CONCURRENTLY events_2026_kind_idx ON public.events_2026 USING btree (kind);
ALTER INDEX public.events_kind_idx ATTACH PARTITION public.events_2026_kind_idx;
ALTER TABLE public.orders ADD CONSTRAINT customer_id_is_not_null CHECK (customer_id IS NOT NULL) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT customer_id_is_not_null;
ALTER TABLE public.orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE public.orders DROP CONSTRAINT customer_id_is_not_null;
CREATE UNIQUE INDEX CONCURRENTLY "orders_Odd )name_key" ON public.orders ("Odd )name");
ALTER TABLE public.orders ADD CONSTRAINT "orders_Odd )name_key" UNIQUE USING INDEX "orders_Odd )name_key";
ALTER TABLE public.orders ADD CONSTRAINT orders_id_excl EXCLUDE USING btree (id WITH =);
ALTER TABLE public.orders ADD CONSTRAINT orders_total_check CHECK (total >= (0)::numeric) NOT VALID;
CREATE INDEX CONCURRENTLY orders_customer_idx ON public.orders USING btree (customer_id) WHERE (total > (5)::numeric);
ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_id_fkey;
CREATE UNIQUE INDEX CONCURRENTLY totals_customer_idx ON public.totals USING btree (customer_id);
