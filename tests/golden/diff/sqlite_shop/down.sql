DROP VIEW faxes;
DROP INDEX customer_email;
ALTER TABLE customer DROP COLUMN active; -- destroys data
ALTER TABLE customer DROP COLUMN referrer; -- destroys data
ALTER TABLE customer DROP COLUMN shown; -- destroys data
ALTER TABLE customer DROP COLUMN email; -- destroys data
DROP TABLE order_lines; -- destroys data
ALTER TABLE customer ADD COLUMN fax TEXT;
CREATE INDEX customer_fax ON customer (fax);
CREATE VIEW fax_numbers AS SELECT name, fax FROM customer WHERE fax IS NOT NULL;
CREATE VIEW faxes AS SELECT count(*) AS n FROM fax_numbers;
