CREATE TABLE becomes (a integer, b integer);
CREATE TABLE has (a text) WITH (fillfactor = 50, toast.autovacuum_enabled = false, toast.vacuum_truncate = false);
CREATE TABLE loses (a text) WITH (toast.autovacuum_enabled = false);
CREATE TABLE parts (a integer) PARTITION BY LIST (a);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE drops (a integer, b text) WITH (toast.autovacuum_enabled = false);
