CREATE TYPE span AS RANGE (subtype = bigint);
CREATE TYPE stretch AS RANGE (subtype = double precision, subtype_diff = float8mi);
CREATE TABLE t (a text, b integer, s span, f stretch);
CREATE STATISTICS t_stat ON a, b FROM t;
ALTER STATISTICS t_stat SET STATISTICS 50;
