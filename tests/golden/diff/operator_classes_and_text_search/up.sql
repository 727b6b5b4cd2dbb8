DROP CONVERSION public.latin;
DROP OPERATOR FAMILY public.numbers USING btree;
DROP TEXT SEARCH CONFIGURATION public.plain;
DROP TEXT SEARCH PARSER public.words;

CREATE TEXT SEARCH TEMPLATE public.lower (
    INIT = dsimple_init,
    LEXIZE = dsimple_lexize
);

CREATE TEXT SEARCH PARSER public.words (
    START = prsd_start,
    GETTOKEN = prsd_nexttoken,
    END = prsd_end,
    LEXTYPES = prsd_lextype,
    HEADLINE = prsd_headline
);

CREATE TEXT SEARCH DICTIONARY public.lowered (TEMPLATE = public.lower);
CREATE TEXT SEARCH CONFIGURATION public.plain (PARSER = public.words);
ALTER TEXT SEARCH CONFIGURATION public.plain ADD MAPPING FOR asciiword WITH public.lowered;

CREATE OPERATOR public.<# (
    FUNCTION = public.version_lt,
    LEFTARG = public.version,
    RIGHTARG = public.version
);

CREATE OPERATOR public.=# (
    FUNCTION = public.version_eq,
    LEFTARG = public.version,
    RIGHTARG = public.version
);

CREATE OPERATOR FAMILY public.by_number USING btree;
CREATE OPERATOR FAMILY public.numbers USING btree;

ALTER OPERATOR FAMILY public.numbers USING btree ADD
    FUNCTION 1 (integer, integer) btint4cmp(integer,integer),
    OPERATOR 1 <(integer,integer),
    OPERATOR 3 =(integer,integer);

CREATE OPERATOR CLASS public.by_number FOR TYPE public.version USING btree FAMILY public.by_number AS
    FUNCTION 1 (public.version, public.version) public.version_cmp(public.version,public.version),
    OPERATOR 1 public.<#(public.version,public.version),
    OPERATOR 3 public.=#(public.version,public.version);

COMMENT ON OPERATOR CLASS public.by_number USING btree IS 'the later one is greater';
CREATE INDEX releases_version_idx ON public.releases USING btree (version public.by_number);
CREATE DEFAULT CONVERSION public.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
