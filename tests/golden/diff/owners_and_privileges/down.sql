ALTER DEFAULT PRIVILEGES FOR ROLE golden_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
DROP VIEW shop.totals;
DROP AGGREGATE shop.sum_of(integer);
REVOKE SELECT (what) ON TABLE shop.events_old FROM golden_reader;
REVOKE UPDATE (note) ON TABLE shop.orders FROM golden_reader;
ALTER TABLE shop.orders DROP COLUMN state; -- destroys data
DROP TABLE shop.refunds; -- destroys data
DROP TABLE shop.secrets; -- destroys data
DROP DOMAIN shop.amount;
REVOKE USAGE ON SCHEMA shop FROM golden_reader;
GRANT CREATE ON SCHEMA shop TO golden_writer;
REVOKE USAGE ON TYPE shop.state FROM golden_writer;
ALTER TABLE shop.audit OWNER TO golden_owner;
ALTER TABLE shop.orders ALTER COLUMN total TYPE integer;
ALTER TABLE shop.orders OWNER TO CURRENT_USER;
REVOKE USAGE ON SEQUENCE shop.orders_id_seq FROM golden_writer;
GRANT TRUNCATE ON TABLE shop.orders TO CURRENT_USER;
GRANT DELETE, REFERENCES, TRIGGER, TRUNCATE ON TABLE shop.orders TO golden_writer;
GRANT SELECT ON TABLE shop.orders TO golden_reader WITH GRANT OPTION;
ALTER PROCEDURE shop.clean() OWNER TO CURRENT_USER;
REVOKE EXECUTE ON FUNCTION shop.pay(integer) FROM golden_writer;
GRANT EXECUTE ON FUNCTION shop.pay(integer) TO PUBLIC;

CREATE VIEW shop.totals AS
SELECT orders.id,
    orders.total
   FROM shop.orders;

REVOKE INSERT ON TABLE shop.totals FROM golden_writer;
GRANT SELECT ON TABLE shop.totals TO golden_writer;
GRANT SELECT (id) ON TABLE shop.totals TO golden_reader;
GRANT SELECT (total) ON TABLE shop.totals TO golden_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE INSERT, SELECT ON TABLES FROM golden_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO golden_reader;
