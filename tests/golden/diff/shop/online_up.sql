DROP TABLE public.coupons; -- destroys data
ALTER TABLE public.customers ALTER COLUMN email TYPE character varying(200);
COMMENT ON COLUMN public.customers.email IS 'where we write to';
ALTER TABLE public.customers ADD COLUMN name text NOT NULL DEFAULT ''::text;

CREATE TABLE public.orders (
    id bigint GENERATED ALWAYS AS IDENTITY,
    customer integer NOT NULL,
    placed timestamp with time zone NOT NULL DEFAULT now(),
    total numeric(10,2) NOT NULL DEFAULT 0,
    doubled numeric GENERATED ALWAYS AS (total * (2)::numeric) STORED,
    state character varying(10),
    CONSTRAINT orders_pkey PRIMARY KEY (id),
    CONSTRAINT orders_state_check CHECK ((state)::text = ANY (ARRAY['new'::character varying, 'paid'::character varying])),
    CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES public.customers(id) ON DELETE CASCADE
)
WITH (fillfactor=70);

CREATE INDEX orders_customer_placed_idx ON public.orders USING btree (customer, placed DESC) WHERE (total > (0)::numeric);

CREATE VIEW public.paid AS
SELECT orders.id
   FROM public.orders
  WHERE ((orders.state)::text = ANY (ARRAY['paid'::character varying, 'sent'::character varying]));

ALTER TABLE public.customers ADD CONSTRAINT customers_email_check CHECK ((email)::text ~~ '%@%'::text) NOT VALID;
ALTER TABLE public.customers VALIDATE CONSTRAINT customers_email_check;
CREATE UNIQUE INDEX CONCURRENTLY customers_email ON public.customers USING btree (lower((email)::text));
