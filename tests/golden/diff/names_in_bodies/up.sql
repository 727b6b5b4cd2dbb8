CREATE SCHEMA other;

CREATE FUNCTION other.last()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;

CREATE FUNCTION public.added(number text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
DECLARE value integer := number::integer;
BEGIN
  RETURN value + 1;
END $function$;

CREATE FUNCTION public.allot(name text)
 RETURNS text
 LANGUAGE sql
AS $function$UPDATE settings SET value = added(value) WHERE key = name RETURNING value$function$;

CREATE TABLE public.customer (
    number text DEFAULT public.allot('customer'::text),
    value integer
);

CREATE FUNCTION public.first()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT other.last()$function$;

CREATE FUNCTION public.last()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT first()$function$;

SET check_function_bodies = off;

CREATE FUNCTION public.odd(n integer)
 RETURNS boolean
 LANGUAGE sql
AS $function$SELECT n <> 0 AND even(n - 1)$function$;

RESET check_function_bodies;

CREATE FUNCTION public.even(n integer)
 RETURNS boolean
 LANGUAGE sql
AS $function$SELECT n = 0 OR odd(n - 1)$function$;

CREATE FUNCTION public.rate(amount numeric, currency text)
 RETURNS numeric
 LANGUAGE sql
AS $function$SELECT amount * 1.5$function$;

CREATE FUNCTION public.rate(currency text)
 RETURNS numeric
 LANGUAGE sql
AS $function$SELECT rate(1, currency)$function$;

CREATE FUNCTION public.stamp()
 RETURNS timestamp with time zone
 LANGUAGE sql
AS $function$SELECT now()$function$;

CREATE TABLE public.invoice (
    id serial,
    at timestamp with time zone DEFAULT public.stamp(),
    CONSTRAINT invoice_pkey PRIMARY KEY (id)
);

CREATE TABLE public.receipt (
    id integer GENERATED ALWAYS AS IDENTITY,
    at timestamp with time zone DEFAULT public.stamp()
);

CREATE FUNCTION public.next_invoice()
 RETURNS bigint
 LANGUAGE sql
AS $function$ SELECT nextval('public.invoice_id_seq') $function$;

CREATE FUNCTION public.next_receipt()
 RETURNS bigint
 LANGUAGE sql
AS $function$ SELECT nextval('receipt_id_seq') $function$;
