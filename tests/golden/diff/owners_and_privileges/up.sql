DROP VIEW shop.totals;
REVOKE CREATE ON SCHEMA shop FROM golden_writer;
GRANT USAGE ON SCHEMA shop TO golden_reader;
GRANT USAGE ON TYPE shop.state TO golden_writer;

CREATE DOMAIN shop.amount AS integer
    CONSTRAINT amount_check CHECK (VALUE > 0);

REVOKE USAGE ON TYPE shop.amount FROM PUBLIC;
ALTER TABLE shop.audit OWNER TO CURRENT_USER;
GRANT SELECT (what) ON TABLE shop.events_old TO golden_reader;
ALTER TABLE shop.orders ALTER COLUMN total TYPE bigint;
ALTER TABLE shop.orders OWNER TO golden_owner;
GRANT USAGE ON SEQUENCE shop.orders_id_seq TO golden_writer;
REVOKE TRUNCATE ON TABLE shop.orders FROM golden_owner;
REVOKE DELETE, REFERENCES, TRIGGER, TRUNCATE ON TABLE shop.orders FROM golden_writer;
REVOKE GRANT OPTION FOR SELECT ON TABLE shop.orders FROM golden_reader;
ALTER TABLE shop.orders ADD COLUMN state shop.state;
GRANT INSERT (state) ON TABLE shop.orders TO golden_reader;
GRANT UPDATE (note) ON TABLE shop.orders TO golden_reader;

CREATE TABLE shop.refunds (
    id integer GENERATED ALWAYS AS IDENTITY,
    amount integer
);

ALTER TABLE shop.refunds OWNER TO golden_owner;
REVOKE SELECT ON TABLE shop.refunds FROM golden_reader;
GRANT SELECT ON TABLE shop.refunds TO golden_writer;
GRANT SELECT ON SEQUENCE shop.refunds_id_seq TO golden_writer;
GRANT INSERT (amount) ON TABLE shop.refunds TO golden_writer;

CREATE TABLE shop.secrets (
    key text
);

REVOKE SELECT ON TABLE shop.secrets FROM golden_reader;
ALTER PROCEDURE shop.clean() OWNER TO golden_owner;
REVOKE EXECUTE ON FUNCTION shop.pay(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shop.pay(integer) TO golden_writer;

CREATE AGGREGATE shop.sum_of(integer) (
    SFUNC = int4pl,
    STYPE = integer
);

GRANT EXECUTE ON FUNCTION shop.sum_of(integer) TO golden_writer WITH GRANT OPTION;

CREATE VIEW shop.totals AS
SELECT orders.id,
    orders.total
   FROM shop.orders;

ALTER VIEW shop.totals OWNER TO golden_owner;
REVOKE SELECT ON TABLE shop.totals FROM golden_reader;
GRANT SELECT ON TABLE shop.totals TO golden_writer;
GRANT SELECT (id) ON TABLE shop.totals TO golden_reader;
GRANT SELECT (total) ON TABLE shop.totals TO golden_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE golden_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE SELECT ON TABLES FROM golden_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT INSERT, SELECT ON TABLES TO golden_writer;
