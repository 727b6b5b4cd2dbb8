DROP CONVERSION public.latin;
DROP OPERATOR FAMILY public.numbers USING btree;
DROP INDEX public.releases_version_idx;
DROP OPERATOR CLASS public.by_number USING btree;
DROP OPERATOR FAMILY public.by_number USING btree;
DROP OPERATOR public.<# (public.version, public.version);
DROP OPERATOR public.=# (public.version, public.version);
DROP TEXT SEARCH CONFIGURATION public.plain;
DROP TEXT SEARCH DICTIONARY public.lowered;
DROP TEXT SEARCH TEMPLATE public.lower;
DROP TEXT SEARCH PARSER public.words;

CREATE TEXT SEARCH PARSER public.words (
    START = prsd_start,
    GETTOKEN = prsd_nexttoken,
    END = prsd_end,
    LEXTYPES = prsd_lextype
);

CREATE TEXT SEARCH CONFIGURATION public.plain (PARSER = public.words);
CREATE OPERATOR FAMILY public.numbers USING btree;

ALTER OPERATOR FAMILY public.numbers USING btree ADD
    FUNCTION 1 (integer, integer) btint4cmp(integer,integer),
    OPERATOR 1 <(integer,integer);

CREATE CONVERSION public.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
