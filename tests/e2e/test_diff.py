"""whimbrel diff: what can be compared, what it says, what it leaves behind. What the SQL is, is in tests/golden."""

import time
from pathlib import Path

import pytest

from support.program import wait_until

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture
def write(whimbrel):
    def write(name, text):
        path = whimbrel.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
    return write


def scratch_databases(database):
    return [name for name, in database.query("SELECT datname FROM pg_database WHERE datname LIKE 'whimbrel_scratch%'")]


@pytest.mark.slow
def test_files_and_databases(whimbrel, database, write):
    database.execute("CREATE TABLE t (a integer)")
    same, other = write("same.sql", "create table T(A int);"), write("other.sql", "CREATE TABLE t (a integer, b text);")
    assert whimbrel("diff", database.url, same, "--exit-code").ok().out == ""
    done = whimbrel("diff", database.url, other, "--exit-code").failed(3)
    assert done.out == "ALTER TABLE public.t ADD COLUMN b text;\n"
    assert whimbrel("diff", database.url, other).ok().out == done.out
    back = whimbrel("diff", "--down", database.url, other).ok()
    assert back.out == "ALTER TABLE public.t DROP COLUMN b; -- destroys data\n"
    assert "destroys data: drop column public.t.b" in back.err
    assert whimbrel("diff", same, other, "--scratch", database.url).ok().out == done.out
    assert scratch_databases(database) == []
    assert database.columns("t") == ["a"]


@pytest.mark.slow
def test_history(whimbrel, project, database, write):
    project.revision("a1", "CREATE TABLE one (id integer);", "DROP TABLE one;")
    project.revision("b2", "CREATE TABLE two (id integer);", "DROP TABLE two;")
    wanted = write("schema.sql", "CREATE TABLE one (id integer); CREATE TABLE two (id integer, name text);")
    assert whimbrel("diff", "history", wanted).ok().out == "ALTER TABLE public.two ADD COLUMN name text;\n"
    assert "CREATE TABLE public.two" in whimbrel("diff", "history@a1", "history").ok().out
    assert whimbrel("diff", "history@base", "history@a1").ok().out.startswith("CREATE TABLE public.one")
    assert database.all_tables() == []  # nothing was done to the project's own
    whimbrel("upgrade").ok()
    assert whimbrel("diff", "history", database.url, "--exit-code").ok().out == ""
    whimbrel("diff", "history@nonsense", wanted).failed(1, "nonsense")
    assert scratch_databases(database) == []


@pytest.mark.slow
def test_into_a_revision(whimbrel, project, database, write):
    project.revision("a1", "CREATE TABLE one (id integer);", "DROP TABLE one;")
    wanted = write("schema.sql", "CREATE TABLE one (id bigint PRIMARY KEY, mood text NOT NULL DEFAULT 'good');")
    up = write("up.sql", whimbrel("diff", "history", wanted).ok().out)
    down = write("down.sql", whimbrel("diff", "--down", "history", wanted).ok().out)
    text = (project.folder / whimbrel("create", "moods", "--sql", up, "--down-sql", down).ok().out.strip()).read_text()
    assert "-- migrate:up transaction:false\n" in text and "-- migrate:down\n" in text
    whimbrel("upgrade").ok()
    assert whimbrel("diff", database.url, wanted, "--exit-code").ok().out == ""
    assert whimbrel("diff", "history", wanted, "--exit-code").ok().out == ""
    whimbrel("downgrade", "-1", "--yes").ok()
    assert whimbrel("diff", database.url, "history@a1", "--exit-code").ok().out == ""


@pytest.mark.slow
def test_a_folder_in_any_order(whimbrel, database, write):
    write("schema/a/view.sql", "CREATE VIEW v AS SELECT * FROM t;")
    write("schema/b.sql", "CREATE TABLE t (id integer PRIMARY KEY, z integer REFERENCES z); CREATE INDEX ON t (z);")
    folder = write("schema/z.sql", "CREATE TABLE z (id integer PRIMARY KEY);").parent
    one = write("one.sql", "CREATE TABLE z (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, z int REFERENCES z);"
                           "CREATE INDEX ON t (z); CREATE VIEW v AS SELECT * FROM t;")
    assert whimbrel("diff", folder, one, "--scratch", database.url, "--exit-code").ok().out == ""
    write("schema/wrong.sql", "\nSELECT * FROM missing;")
    done = whimbrel("diff", folder, one, "--scratch", database.url).failed(1, 'relation "missing" does not exist')
    assert "wrong.sql:2:15" in done.err
    write("empty/readme.txt", "")
    whimbrel("diff", folder.parent / "empty", one, "--scratch", database.url).failed(1, "there are no .sql files")


def test_json(whimbrel, database, write):
    old = write("old.sql", "CREATE TABLE t (a integer, b text);")
    new = write("new.sql", "CREATE TABLE t (a bigint NOT NULL); COMMENT ON TABLE t IS 'x';")
    found = whimbrel("diff", "--json", old, new, "--scratch", database.url).ok().json()
    changes = {change["name"]: change for change in found["changes"]}
    assert changes["public.t.a"]["action"] == "alter"
    assert changes["public.t.a"]["fields"] == ["type", "base type", "not null"]
    assert changes["public.t.b"] | {"statements": None} == {
        "action": "drop", "kind": "column", "name": "public.t.b", "fields": [], "destructive": True, "own_transaction": False,
        "statements": None}
    assert changes["public.t"]["statements"] == ["COMMENT ON TABLE public.t IS 'x'"]
    assert found["impossible"] == found["not_compared"] == []


@pytest.mark.slow
def test_what_cannot_be_and_what_is_not_compared_is_said(whimbrel, database, write):
    old = write("old.sql", "CREATE TABLE t (a integer);")
    new = write("new.sql", "CREATE TABLE t (a integer) PARTITION BY LIST (a); CREATE ACCESS METHOD m"
                           " TYPE TABLE HANDLER heap_tableam_handler;")
    done = whimbrel("diff", old, new, "--scratch", database.url).failed(1, "table public.t: its kind can't be changed")
    assert "not compared: access method m" in done.err and done.out == ""
    assert whimbrel("diff", old, new, "--scratch", database.url, "--json").json()["not_compared"] == ["access method m"]


@pytest.mark.slow
def test_values_keep_their_attributes(whimbrel, database, write):
    """Of a type whose attributes change places, whatever they stand in: no part of a value gets another's."""
    schema = """
        CREATE TYPE one AS ({});
        CREATE DOMAIN named AS one CONSTRAINT has_b CHECK ((VALUE).b <> '');
        CREATE TYPE more AS (label text, ones named[]);
        CREATE TABLE t (one one, named named, ones one[], more more, mores more[]);
        """
    places = ["b text, a double precision, c jsonb[]", "a double precision, b text, c jsonb[]"]
    old, new = (write(name, schema.format(order)) for name, order in zip(("old.sql", "new.sql"), places))
    database.run_script(schema.format(places[0]) + r"""
        INSERT INTO t SELECT v, v, ARRAY[[v, NULL], [v, v]], ROW('x', ARRAY[v])::more, ARRAY[ROW(NULL, NULL)::more]
        FROM (VALUES (ROW(E'q"\\,\n(', '0.1', ARRAY['{"k": 1.10}', NULL]::jsonb[])::one), (ROW('1', '-Infinity', '{}')::one)) o (v);
        INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL), (ROW(NULL, NULL, NULL), NULL, '{}', ROW(NULL, NULL), '{}');
        """)
    look = "SELECT to_json(t), one IS NOT DISTINCT FROM NULL, array_dims(ones) FROM t ORDER BY ctid"
    before = database.query(look)
    assert before[0][0]["mores"] == [{"label": None, "ones": None}] and before[1][0]["named"]["a"] == "-Infinity"
    for side in (new, old):
        database.run_script(whimbrel("diff", database.url, side).out)
        assert database.query(look) == before
        assert whimbrel("diff", database.url, side, "--exit-code").code == 0


@pytest.mark.slow
def test_what_stays_as_it_is_while_it_is_in_use(whimbrel, database, write):
    """PostgreSQL has no statement for it: that is said, before one fails."""
    schema = """
        CREATE TYPE mood AS ENUM ('good', 'bad'{label});
        CREATE FUNCTION f({name} integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
        CREATE TABLE by_type (a mood, day date) PARTITION BY LIST (a);
        CREATE TABLE by_call (a {type}, b integer) PARTITION BY RANGE (f(b), (a::text));
        CREATE TABLE others (day date, a {type}) PARTITION BY RANGE (day);
        CREATE TABLE below PARTITION OF others DEFAULT PARTITION BY HASH (a);
        CREATE TABLE free (a {type}, b integer) PARTITION BY LIST (b);
        CREATE TYPE c AS (a {type});
        CREATE TABLE typed OF c;
        CREATE TABLE entry (a {type}, b integer);
        CREATE TABLE lists (x entry[], b {type});
        """
    old = write("old.sql", schema.format(label=", 'worse'", name="x", type="integer"))
    new = write("new.sql", schema.format(label="", name="y", type="bigint"))
    for sides in ((old, new), (new, old)):
        done = whimbrel("diff", *sides, "--scratch", database.url)
        errors = [line.split("error: ")[1] for line in done.err.splitlines() if "error: " in line]
        key = "can't be changed, as table public.{} has it in its partition key".format
        assert errors == ["composite type public.c: it can't be changed, as table public.typed is of it",
                          "column public.below.a: its type " + key("below"), "column public.by_call.a: its type " + key("by_call"),
                          *(["column public.by_type.a: its type " + key("by_type")] if sides[0] == old else []),
                          "column public.entry.a: its type can't be changed, as column public.lists.x has rows of its table",
                          "routine public.f(integer): it " + key("by_call")]


def test_a_dump_with_data_and_settings(whimbrel, database, write):
    dump = write("dump.sql", "\\restrict abc\nSELECT pg_catalog.set_config('search_path', '', false);\n"
                             "CREATE TABLE public.t (a integer);\nCOPY public.t (a) FROM stdin;\n1\n2\n\\.\n"
                             "CREATE UNIQUE INDEX i ON public.t (a);\n\\unrestrict abc\n")
    plain = write("plain.sql", "CREATE TABLE t (a integer); CREATE UNIQUE INDEX i ON t (a);")
    assert whimbrel("diff", dump, plain, "--scratch", database.url, "--exit-code").ok().out == ""


def test_what_a_dump_spells_otherwise(whimbrel, database, cluster, write):
    database.run_script("""
        CREATE TABLE t (a integer, s varchar(9) CHECK (s IN ('a', 'b')), CHECK (a BETWEEN 1 AND 9 AND s <> 'x'));
        CREATE VIEW v AS SELECT q.a, q.b FROM (SELECT a, a AS b FROM t UNION ALL SELECT a, NULL FROM t) q;""")
    dump = write("dump.sql", cluster.pg_dump(database.name, "-s"))
    assert whimbrel("diff", database.url, dump, "--exit-code").ok().out == ""


def test_bad_input(whimbrel, database, write):
    good = write("good.sql", "CREATE TABLE t (a integer);")
    bad = write("bad.sql", "CREATE TABLE t (a integer);\nCREATE TABLE u (\n  a integer,\n  b intege);\n")
    done = whimbrel("diff", good, bad, "--scratch", database.url).failed(1, 'type "intege" does not exist')
    assert "bad.sql:4:5" in done.err
    whimbrel("diff", good, "missing.sql", "--scratch", database.url).failed(2, "there is no schema missing.sql",
                                                                           "history@REVISION")
    whimbrel("diff", good, good).failed(1, "--scratch URL")
    whimbrel("diff", good).failed(2, "something is missing")
    assert scratch_databases(database) == []


def test_a_role_that_may_not_make_databases(whimbrel, database, cluster, write):
    cluster.psql("postgres", script="DROP ROLE IF EXISTS humble; CREATE ROLE humble LOGIN PASSWORD 'humble'")
    schema = write("schema.sql", "CREATE TABLE t (a integer);")
    url = cluster.tcp_url(database.name, "humble", "humble")
    done = whimbrel("diff", url, schema).failed(4, "the role may not make a scratch database", "CREATEDB", "scratch_url")
    assert "humble:humble" not in done.err
    assert whimbrel("diff", url, schema, env={"WHIMBREL_SCRATCH_URL": database.url}).ok().out
    assert whimbrel("diff", url, url, "--exit-code").ok().out == ""  # nothing is made for that


@pytest.mark.slow
def test_left_overs_are_dropped_and_nothing_else(whimbrel, database, cluster, write):
    old, mark = int(time.time()) - 3600, "a scratch database of whimbrel, which drops it"
    names = {f"whimbrel_scratch_{old:08x}_1_0000000a": mark,          # the only one to go
             f"whimbrel_scratch_{old:08x}_1_0000000b": "mine",        # only its name is like one
             f"whimbrel_scratch_{old + 3590:08x}_1_0000000c": mark,   # too young
             "whimbrel_scratch_archive": mark}
    schema = write("schema.sql", "CREATE TABLE t (a integer);")
    try:
        for name, comment in names.items():
            cluster.psql("postgres", script=f"CREATE DATABASE {name}")
            cluster.psql("postgres", script=f"COMMENT ON DATABASE {name} IS '{comment}'")
        whimbrel("diff", schema, schema, "--scratch", database.url).ok()
        assert sorted(scratch_databases(database)) == sorted(list(names)[1:])
    finally:
        for name in names:
            cluster.psql("postgres", script=f"DROP DATABASE IF EXISTS {name}")


@pytest.mark.slow
def test_recreated_views_keep_owner_and_privileges(whimbrel, database, cluster, write):
    cluster.psql("postgres", script="DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN END $$")
    database.run_script("""
        CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t; ALTER VIEW v OWNER TO reader;
        GRANT SELECT ON v TO PUBLIC; GRANT INSERT, UPDATE ON v TO whimbrel WITH GRANT OPTION;""")
    wanted = write("wanted.sql", "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t;")
    rights = "SELECT relowner::regrole::text, relacl::text FROM pg_class WHERE relname = 'v'"
    before = database.query(rights)
    database.run_script(whimbrel("diff", database.url, wanted).ok().out)
    assert database.query("SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'v'::regclass") == [
        ("bigint",)]
    after = database.query(rights)
    assert (after[0][0], sorted(after[0][1].strip("{}").split(","))) == (
        before[0][0], sorted(before[0][1].strip("{}").split(",")))


@pytest.mark.slow
def test_extensions_and_what_they_make(whimbrel, database, write):
    with_it = write("with.sql", "CREATE EXTENSION pg_trgm; CREATE TABLE t (a text);"
                                "CREATE INDEX i ON t USING gin (a gin_trgm_ops);")
    without = write("without.sql", "CREATE TABLE t (a text);")
    up = whimbrel("diff", without, with_it, "--scratch", database.url).ok().out
    assert up == ("CREATE EXTENSION pg_trgm WITH SCHEMA public;\n"
                  "CREATE INDEX CONCURRENTLY i ON public.t USING gin (a public.gin_trgm_ops);\n")


def test_a_url_on_the_command_line_is_wiped(whimbrel, database, cluster):
    """Its password is not to be seen by others of the machine."""
    with database.connect() as connection:
        connection.autocommit = False
        connection.execute("LOCK pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE")
        running = whimbrel.start("diff", cluster.tcp_url(database.name), cluster.tcp_url(database.name))
        line = Path(f"/proc/{running.pid}/cmdline")
        assert wait_until(lambda: "diff" in line.read_text() and cluster.password not in line.read_text())
        connection.rollback()
    running.finish()
