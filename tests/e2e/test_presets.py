"""What a role or a database has preset disturbs no step, whatever kind it is; and what a revision does to its session."""

import pytest

from support.program import wait_until

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.slow]

# What a role may have set, by what it might disturb.
PRESETS = {
    "statement": {"statement_timeout": "300ms"},
    "lock": {"lock_timeout": "1ms"},
    "idle in transaction": {"idle_in_transaction_session_timeout": "50ms"},
    "idle": {"idle_session_timeout": "150ms"},
    "transaction": {"transaction_timeout": "400ms"},
    "read-only": {"default_transaction_read_only": "on"},
    "serializable": {"default_transaction_isolation": "serializable", "default_transaction_deferrable": "on"},
    "repeatable": {"default_transaction_isolation": "repeatable read"},
    "strings": {"standard_conforming_strings": "off", "backslash_quote": "off"},
    "quiet": {"client_min_messages": "error"},
    "encoding": {"client_encoding": "latin1"},
    "formats": {"DateStyle": "German", "TimeZone": "Asia/Kolkata", "IntervalStyle": "iso_8601", "bytea_output": "escape",
                "array_nulls": "off", "quote_all_identifiers": "on", "xmloption": "document"},
    "rest": {"synchronous_commit": "off", "row_security": "off", "check_function_bodies": "off",
             "transform_null_equals": "on", "plan_cache_mode": "force_custom_plan", "enable_indexscan": "off"},
    "path": {"search_path": "public, pg_catalog"},
}


@pytest.fixture
def preset(database):
    """preset(name, value): for every session of the database from now on."""
    def preset(name, value):
        if not database.query(f"SELECT 1 FROM pg_settings WHERE name ILIKE '{name}'"):
            pytest.skip(f"this server has no {name}")
        value = value if name == "search_path" else f"'{value}'"
        database.execute(f'ALTER DATABASE "{database.name}" SET {name} = {value}')
    return preset


@pytest.mark.parametrize("which", PRESETS)
def test_preset(project, database, whimbrel, preset, which):
    for name, value in PRESETS[which].items():
        preset(name, value)
    slow = "SELECT pg_sleep(0.5);" if "timeout" in name else ""
    project.revision("a1", f"CREATE TABLE trace (what text); {slow}", "DROP TABLE trace;")
    project.revision("b2", "INSERT INTO trace VALUES (E'b2\\\\'), ('c:\\d');")
    project.revision("c3", "CREATE INDEX CONCURRENTLY trace_what ON trace (what);", "DROP INDEX CONCURRENTLY trace_what;")
    project.revision("d4", "INSERT INTO trace VALUES ('d4'); " + slow + "ANALYZE trace;",
                     options="transaction:false")
    whimbrel("status").ok()
    whimbrel("upgrade").ok()
    assert database.heads() == ["d4"]
    expected = "c:d" if which == "strings" else "c:\\d"  # that the revision itself is left to it is right
    assert {row[0] for row in database.query("SELECT what FROM trace")} == {"b2\\", expected, "d4"}
    whimbrel("downgrade", "b2", "--yes").ok()
    whimbrel("stamp", "a1").ok()
    whimbrel("stamp", "b2").ok()
    whimbrel("downgrade", "a1", "--yes").ok()
    whimbrel("run", "--", "true").ok()
    status = whimbrel("status", "--json").ok().json()
    assert status["up_to_date"] and status["problems"] == []
    assert {state for _, state in database.ledger("revision, state")} == {"done", "resolved"}


@pytest.mark.parametrize("name", ["idle_session_timeout", "idle_in_transaction_session_timeout", "statement_timeout"])
def test_preset_while_a_lock_is_waited_for(project, database, whimbrel, preset, name):
    """Neither in the queue nor in the pause between two tries."""
    project.revision("a1", "CREATE TABLE t (a integer);")
    project.revision("b2", "ALTER TABLE t ADD COLUMN b integer;")
    whimbrel("upgrade", "a1").ok()
    with database.connect() as reader:
        preset(name, "200ms")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM t")
        run = whimbrel.start("upgrade", "--lock-timeout", "600ms")
        run.wait_for("lock timeout")
        reader.execute("COMMIT")
    run.finish().ok()
    assert database.columns("t") == ["a", "b"]


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_concurrent_index_with_each_isolation(project, database, whimbrel, preset, isolation):
    """An open transaction of a waiting starter, with a snapshot of that kind, would be waited for in turn."""
    preset("default_transaction_isolation", isolation)
    project.chain("a1", trace="trace")
    project.revision("b2", "CREATE INDEX CONCURRENTLY t_a1_id ON t_a1 (id);")
    project.revision("c3", "REINDEX TABLE CONCURRENTLY t_a1;")
    results = [starter.finish(60) for starter in [whimbrel.start("upgrade") for _ in range(6)]]
    assert [result.code for result in results] == [0] * 6, [str(result) for result in results if result.code][:2]
    assert database.heads() == ["c3"] and database.query("SELECT count(*) FROM trace") == [(1,)]


def test_serialization_failure_is_tried_again(project, database, whimbrel):
    database.execute("CREATE SEQUENCE tries")
    project.revision("a1", "CREATE TABLE t (a integer); DO $$ BEGIN IF nextval('tries') < 3 THEN "
                           "RAISE 'not this time' USING ERRCODE = 'serialization_failure'; END IF; END $$;")
    result = whimbrel("upgrade", "--adopt", "base").ok()
    assert result.err.count("not this time") == 2
    assert database.heads() == ["a1"] and database.query("SELECT last_value FROM tries") == [(3,)]


# ---- Enum values ----

@pytest.mark.parametrize("mode", [[], ["--single-transaction"]])
def test_new_enum_value_in_one_transaction_is_explained(project, database, whimbrel, mode):
    project.revision("a1", "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (m mood);")
    whimbrel("upgrade").ok()
    if mode:
        project.revision("b2", "ALTER TYPE mood ADD VALUE 'glad';")
        path = project.revision("c3", "ALTER TABLE t ALTER m SET DEFAULT 'glad';")
    else:
        path = project.revision("b2", "ALTER TYPE mood ADD VALUE 'glad'; ALTER TABLE t ALTER m SET DEFAULT 'glad';")
    whimbrel("upgrade", *mode).failed(1, "unsafe use of new value", "55P04", path.name, "a revision of its own")
    assert database.query("SELECT enumlabel FROM pg_enum") == [("sad",)]
    if mode:
        whimbrel("upgrade").ok()
        assert database.heads() == ["c3"]


# ---- What a revision does to its session ----

DUMP = """SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
"""

LEAKS = {
    "dump": DUMP,
    "role": "CREATE ROLE {role}; SET ROLE {role};",
    "authorization": "CREATE ROLE {role}; SET SESSION AUTHORIZATION {role};",
    "read-only": "SET default_transaction_read_only = on;",
    "isolation": "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY;",
    "strings": "SET standard_conforming_strings = off;",
    "encoding": "SET client_encoding = latin1;",
    "timeout": "SET statement_timeout = '200ms';",
    "quiet": "SET client_min_messages = error;",
    "set_config": "DO $$ BEGIN PERFORM set_config('search_path', 'pg_catalog', false); END $$;",
    "temporary": "CREATE TEMPORARY TABLE t_b2 (other integer);",
    "prepared": "PREPARE wb AS SELECT 1; DEALLOCATE ALL;",
    "cursor": "DECLARE c CURSOR WITH HOLD FOR SELECT 1;",
    "listen": "LISTEN something;",
}


@pytest.mark.parametrize("mode", ["each", "alone"])
@pytest.mark.parametrize("leak", LEAKS)
def test_session_state_does_not_leak(project, database, whimbrel, leak, mode):
    """Into the next revision of the run, whose unqualified names, strings and rights are what they always are."""
    role = f"role_{database.name}"
    project.revision("a1", "CREATE TABLE public.trace (what text);" + LEAKS[leak].format(role=role))
    project.revision("b2", "CREATE TABLE t_b2 (id integer); INSERT INTO trace VALUES ('ä c:\\d'), (current_user);"
                           "INSERT INTO trace VALUES (current_setting('statement_timeout')); " + ("SELECT pg_sleep(0.3);" if leak == "timeout" else ""))
    try:
        if mode == "alone":  # as the first revision of a run it is the same
            whimbrel("upgrade", "a1").ok()
        whimbrel("upgrade").ok()
        assert database.query("SELECT what FROM public.trace") == [("ä c:\\d",), (database.cluster.user,), ("0",)]
        assert database.query("SELECT attname FROM pg_attribute WHERE attrelid = 'public.t_b2'::regclass AND attnum > 0"
                              ) == [("id",)]
        assert sorted(database.ledger("revision, state")) == [("a1", "done"), ("b2", "done")]
    finally:
        database.execute(f"DROP ROLE IF EXISTS {role}")


def test_pg_dump_as_first_revision(project, database, cluster, whimbrel):
    """What pg_dump writes, whole; the next revision finds its tables by their names."""
    database.execute("CREATE SCHEMA app; CREATE TABLE t (id serial PRIMARY KEY, name text DEFAULT 'a\\b'); INSERT INTO t "
                     "(name) VALUES ('x;y'), (NULL), (E'tab\\there'); CREATE TABLE app.u (t integer REFERENCES t (id));"
                     "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1;';")
    dump = cluster.pg_dump(database.name, "--no-owner")
    restrict = [line for line in dump.splitlines() if line.startswith("\\restrict") or line.startswith("\\unrestrict")]
    database.execute("DROP SCHEMA app CASCADE; DROP TABLE t; DROP FUNCTION f;")
    project.revision("a1", dump)
    project.revision("b2", "INSERT INTO t (name) VALUES ('more'); INSERT INTO app.u VALUES (1);")
    if restrict:  # since PostgreSQL's releases of August 2025: psql's own
        whimbrel("upgrade").failed(1, "restrict is not SQL")
        path = next(project.migrations.glob("*a1.sql"))
        path.write_text("\n".join(line for line in path.read_text().splitlines() if line not in restrict) + "\n")
    whimbrel("upgrade").ok()
    assert database.query("SELECT name FROM t ORDER BY id") == [("x;y",), (None,), ("tab\there",), ("more",)]
    assert database.query("SELECT f()") == [(1,)]
    assert database.heads() == ["b2"]


# ---- The lock's holder ----

def test_holder_is_terminated_between_two_steps(project, database, whimbrel):
    """With a second starter waiting: it goes on, and no step is run twice."""
    ids = project.chain("a1", "b2", trace="trace")
    project.revision("c3", "INSERT INTO trace VALUES ('c3'); SELECT pg_sleep(0.5);")
    ids += ["c3", *project.chain("d4", "e5", trace="trace")]
    holder = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    waiting = whimbrel.start("upgrade")
    waiting.wait_for("another migrator")
    database.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    assert holder.finish().code in (0, 4)
    waiting.finish().ok()
    assert sorted(row[0] for row in database.query("SELECT revision FROM trace")) == ids
    assert database.heads() == ["e5"] and database.locks() == []
