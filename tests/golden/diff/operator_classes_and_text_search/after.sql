CREATE TYPE version AS (major integer, minor integer);
CREATE FUNCTION version_cmp(version, version) RETURNS integer LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN $1.major <> $2.major THEN $1.major - $2.major ELSE $1.minor - $2.minor END $$;
CREATE FUNCTION version_lt(version, version) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT version_cmp($1, $2) < 0 $$;
CREATE FUNCTION version_eq(version, version) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT version_cmp($1, $2) = 0 $$;
CREATE OPERATOR <# (LEFTARG = version, RIGHTARG = version, FUNCTION = version_lt);
CREATE OPERATOR =# (LEFTARG = version, RIGHTARG = version, FUNCTION = version_eq);
CREATE OPERATOR CLASS by_number FOR TYPE version USING btree AS
    OPERATOR 1 <#, OPERATOR 3 =#, FUNCTION 1 version_cmp(version, version);
COMMENT ON OPERATOR CLASS by_number USING btree IS 'the later one is greater';
CREATE TABLE releases (id integer PRIMARY KEY, version version);
CREATE INDEX releases_version_idx ON releases (version by_number);

CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype,
    HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE lower (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY lowered (TEMPLATE = lower);
CREATE TEXT SEARCH CONFIGURATION plain (PARSER = words);
ALTER TEXT SEARCH CONFIGURATION plain ADD MAPPING FOR asciiword WITH lowered;
CREATE DEFAULT CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE OPERATOR FAMILY numbers USING btree;
ALTER OPERATOR FAMILY numbers USING btree ADD
    OPERATOR 1 <(integer, integer), OPERATOR 3 =(integer, integer),
    FUNCTION 1 (integer, integer) btint4cmp(integer, integer);
