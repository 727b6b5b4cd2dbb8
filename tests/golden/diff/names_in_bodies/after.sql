CREATE TABLE settings (key text PRIMARY KEY, value text);

-- One overload needs the other, and not the other way round, though its own name is in each.
CREATE FUNCTION rate(amount numeric, currency text) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 1.5';
CREATE FUNCTION rate(currency text) RETURNS numeric LANGUAGE sql AS 'SELECT rate(1, currency)';

-- A word that is a column's name somewhere says nothing of that table, which needs the function.
CREATE FUNCTION added(number text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value integer := number::integer;
BEGIN
  RETURN value + 1;
END $$;
CREATE FUNCTION allot(name text) RETURNS text LANGUAGE sql
AS 'UPDATE settings SET value = added(value) WHERE key = name RETURNING value';
CREATE TABLE customer (number text DEFAULT allot('customer'), value integer);

-- The name of a sequence is in a string, and the table that has it needs another function.
CREATE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()';
CREATE TABLE invoice (id serial PRIMARY KEY, at timestamptz DEFAULT stamp());
CREATE TABLE receipt (id integer GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT stamp());
CREATE FUNCTION next_invoice() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('public.invoice_id_seq') $$;
CREATE FUNCTION next_receipt() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('receipt_id_seq') $$;

-- Names of another schema's objects are those of this one.
CREATE SCHEMA other;
CREATE FUNCTION other.last() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION first() RETURNS integer LANGUAGE sql AS 'SELECT other.last()';
CREATE FUNCTION last() RETURNS integer LANGUAGE sql AS 'SELECT first()';

-- Two that call each other: one of them can't be looked into when it is made.
CREATE FUNCTION odd(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT NULL::boolean';
CREATE FUNCTION even(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT n = 0 OR odd(n - 1)';
CREATE OR REPLACE FUNCTION odd(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT n <> 0 AND even(n - 1)';
