CREATE TABLE becomes (a integer, b text, c integer) WITH (fillfactor = 60, toast.autovacuum_enabled = false);
CREATE TABLE has (a varchar(5000)) WITH (toast.autovacuum_enabled = true, fillfactor = 50);
CREATE TABLE loses (a text);
CREATE TABLE parts (a integer, b text) PARTITION BY LIST (a);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1) WITH (toast.autovacuum_enabled = false);
CREATE TABLE drops (a integer);
CREATE TABLE fresh (a text) WITH (toast.autovacuum_enabled = false, fillfactor = 70);
