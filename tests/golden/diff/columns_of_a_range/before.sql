CREATE TYPE span AS RANGE (subtype = integer);
CREATE TYPE stretch AS RANGE (subtype = double precision);
CREATE TABLE t (a varchar(9), b integer, s span, f stretch);
CREATE STATISTICS t_stat ON a, b FROM t;
ALTER STATISTICS t_stat SET STATISTICS 50;
INSERT INTO t VALUES ('x', 1, span(1, 2), stretch(1, 2));
