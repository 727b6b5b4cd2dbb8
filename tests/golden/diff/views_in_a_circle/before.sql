-- views that refer to each other, as they can when one of them was replaced
CREATE TABLE t (i integer);
CREATE VIEW made_anew AS SELECT 1 AS x, 'q'::text AS "Odd Name", 'z'::varchar(10) COLLATE "C" AS z;
CREATE VIEW other AS SELECT x, "Odd Name", z FROM made_anew;
CREATE VIEW above AS SELECT other.x, i FROM other, t;
CREATE OR REPLACE VIEW made_anew AS SELECT x, "Odd Name", z FROM other;
COMMENT ON VIEW made_anew IS 'first';
CREATE VIEW leaves AS SELECT 1 AS x;
