CREATE TABLE log (id integer NOT NULL, at date NOT NULL, level integer NOT NULL, text text) PARTITION BY RANGE (at);
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (level);
CREATE TABLE log_2025_0 PARTITION OF log_2025 FOR VALUES IN (0);
CREATE TABLE log_2025_rest PARTITION OF log_2025 DEFAULT;
CREATE TABLE log_old (id integer NOT NULL, at date NOT NULL, level integer NOT NULL, text text);

CREATE INDEX log_at ON log (at);
CREATE INDEX log_level ON log (level);
CREATE INDEX log_text ON log (text);
ALTER INDEX log_2024_text_idx RENAME TO earlier;
ALTER TABLE log ADD CONSTRAINT log_key UNIQUE (id, at, level);
CREATE INDEX alone ON ONLY log (id);
CREATE TABLE names (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE names_1 PARTITION OF names FOR VALUES IN (1);
CREATE INDEX names_a ON names (a);
CREATE INDEX names_b ON names (b);
CREATE INDEX taken ON names_1 (a, b);
CREATE INDEX only_of_names ON ONLY names (b, a);
