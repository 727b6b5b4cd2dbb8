CREATE TABLE log (id integer NOT NULL, at date NOT NULL, level integer NOT NULL, text text) PARTITION BY RANGE (at);
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (level);
CREATE TABLE log_2025_0 PARTITION OF log_2025 FOR VALUES IN (0);
CREATE TABLE log_2025_rest PARTITION OF log_2025 DEFAULT;
CREATE TABLE log_old (id integer NOT NULL, at date NOT NULL, level integer NOT NULL, text text);

CREATE INDEX mine ON log_2024 (level);
CREATE INDEX log_2024_text_idx ON log_2024 (text);
CREATE TABLE log_2024_text_idx1 (a integer);
CREATE UNIQUE INDEX twice ON log (at, id, level);
INSERT INTO log VALUES (1, '2024-02-02', 0, 'a'), (2, '2025-02-02', 0, 'b'), (3, '2025-02-02', 7, 'c');
