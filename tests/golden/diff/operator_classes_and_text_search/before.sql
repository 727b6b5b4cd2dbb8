CREATE TYPE version AS (major integer, minor integer);
CREATE FUNCTION version_cmp(version, version) RETURNS integer LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN $1.major <> $2.major THEN $1.major - $2.major ELSE $1.minor - $2.minor END $$;
CREATE FUNCTION version_lt(version, version) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT version_cmp($1, $2) < 0 $$;
CREATE FUNCTION version_eq(version, version) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT version_cmp($1, $2) = 0 $$;
CREATE TABLE releases (id integer PRIMARY KEY, version version);

CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION plain (PARSER = words);
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE OPERATOR FAMILY numbers USING btree;
ALTER OPERATOR FAMILY numbers USING btree ADD
    OPERATOR 1 <(integer, integer), FUNCTION 1 (integer, integer) btint4cmp(integer, integer);
