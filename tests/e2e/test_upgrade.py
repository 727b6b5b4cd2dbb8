"""`whimbrel upgrade`: what gets applied, in which order, and what is left when something fails."""

import signal
import time

import pytest

from support.cluster import free_port
from support.database import PostgreSQL
from support.program import wait_until


def ran(database, table="trace"):
    """The revisions in the order they ran, by the rows they left."""
    if database.engine == "sqlite":
        return [row[0] for row in database.query(f"SELECT revision FROM {table} ORDER BY rowid")]
    return [row[0] for row in database.query(f"SELECT revision FROM {table} ORDER BY ctid")]


def trace(id):
    return f"INSERT INTO trace VALUES ('{id}');"


MAKE_TRACE = "CREATE TABLE trace (revision varchar(40));\n"


def test_applies_everything_in_order(project, database, whimbrel):
    ids = project.chain("a1", "b2", "c3", trace="trace")
    result = whimbrel("upgrade").ok()
    assert "warning" not in result.err.lower()
    assert ran(database) == ids
    assert database.heads() == ["c3"]
    positions = [result.err.index(id) for id in ids]
    assert positions == sorted(positions), "each step is logged, in order"


def test_does_nothing_the_second_time(project, database, whimbrel):
    project.chain("a1", "b2", trace="trace")
    whimbrel("upgrade").ok()
    whimbrel("upgrade").ok()
    whimbrel("upgrade", "head").ok()
    whimbrel("upgrade", "heads").ok()
    assert ran(database) == ["a1", "b2"]


def test_applies_only_what_is_new(project, database, whimbrel):
    project.chain("a1", trace="trace")
    whimbrel("upgrade").ok()
    project.chain("b2", "c3", trace="trace")
    whimbrel("upgrade").ok()
    assert ran(database) == ["a1", "b2", "c3"]


@pytest.mark.parametrize("target, expected", [
    ("head", "d4e5"), ("heads", "d4e5"), ("+1", "a1b2"), ("+3", "c3d4"), ("b2c3", "b2c3"), ("b2", "b2c3"),
    ("head-1", "c3d4"), ("a1b2+1", "b2c3"), ("d4e5-2", "b2c3")])
def test_target_expressions(project, database, whimbrel, target, expected):
    project.chain("a1b2", "b2c3", "c3d4", "d4e5")
    whimbrel("upgrade", target).ok()
    assert database.heads() == [expected]


@pytest.mark.parametrize("target, word", [
    ("nosuch", "nosuch"), ("a", "a"), ("+9", "9"), ("shop@head", "shop")])
def test_target_that_is_none(project, database, whimbrel, target, word):
    project.chain("a1b2", "a1c3")
    whimbrel("upgrade", target).failed(1, word)
    assert not database.heads()
    assert database.tables() == []


def test_an_ancestor_that_is_applied_already_is_no_target_to_go_back_to(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    whimbrel("upgrade", "a1").ok()
    assert database.heads() == ["b2"]


def test_branches_and_merge(project, database, whimbrel):
    project.revision("root", MAKE_TRACE + trace("root"))
    project.revision("shop1", trace("shop1"), revises="root", labels="shop")
    project.revision("blog1", trace("blog1"), revises="root", labels="blog")
    whimbrel("upgrade", "head").failed(1, "shop1", "blog1")
    assert not database.heads()
    whimbrel("upgrade", "shop@head").ok()
    assert database.heads() == ["shop1"]
    whimbrel("upgrade").ok()
    assert database.heads() == ["blog1", "shop1"]
    project.revision("joined", trace("joined"), revises=["shop1", "blog1"])
    whimbrel("upgrade", "head").ok()
    assert database.heads() == ["joined"]
    assert ran(database) == ["root", "shop1", "blog1", "joined"]


def test_dependency_runs_first(project, database, whimbrel):
    project.revision("a1", MAKE_TRACE + trace("a1"))
    project.revision("shop1", trace("shop1"), revises=None, depends_on="a1", labels="shop")
    project.revision("b2", trace("b2"), revises="a1")
    project.revision("shop2", trace("shop2"), revises="shop1", depends_on="b2")
    whimbrel("upgrade", "shop@head").ok()
    assert ran(database) == ["a1", "shop1", "b2", "shop2"] or ran(database) == ["a1", "b2", "shop1", "shop2"]
    assert database.heads() == ["shop2"]


def test_failing_revision_is_explained_and_undone(project, database, whimbrel):
    project.chain("a1", trace="trace")
    path = project.revision("b2", "CREATE TABLE half (id integer);\n\nINSERT INTO nowhere\n  VALUES (1);\n")
    project.chain("c3")
    line = path.read_text().splitlines().index("INSERT INTO nowhere") + 1
    whimbrel("upgrade").failed(1, "b2", f"{path.name}:{line}", "nowhere")
    assert database.heads() == ["a1"]
    assert "half" not in database.tables()

    path.write_text(path.read_text().replace("INSERT INTO nowhere\n  VALUES (1)", "INSERT INTO trace VALUES ('b2')"))
    whimbrel("upgrade").ok()
    assert database.heads() == ["c3"]
    assert ran(database) == ["a1", "b2"]
    assert "half" in database.tables()


def test_single_transaction_is_all_or_nothing(project, database, whimbrel):
    project.chain("a1", "b2")
    project.revision("c3", "SELECT * FROM nowhere;")
    whimbrel("upgrade", "--single-transaction").failed(1, "c3", "nowhere")
    assert not database.heads()
    assert database.tables() == []
    project.last = "b2"
    project.revision("c3", "SELECT 1;", name="0003_c3.sql")
    whimbrel("upgrade", "--single-transaction").ok()
    assert database.heads() == ["c3"]


def test_dry_run_prints_the_plan_and_changes_nothing(project, database, whimbrel):
    project.chain("a1", "b2")
    result = whimbrel("upgrade", "--dry-run").ok()
    assert result.out.index("a1") < result.out.index("b2")
    assert "CREATE TABLE t_a1" in result.out
    assert database.tables() == []
    assert not database.heads()


def test_sections_by_engine(project, database, whimbrel):
    project.revision("a1", {"sqlite": "CREATE TABLE lite (a integer);", "postgresql": "CREATE TABLE post (a integer);"})
    project.revision("b2", {"sqlite": "CREATE TABLE lite2 (a integer);", "": "CREATE TABLE rest (a integer);"})
    whimbrel("upgrade").ok()
    assert database.tables() == (["lite", "lite2"] if database.engine == "sqlite" else ["post", "rest"])


def test_empty_section_is_a_step_too(project, database, whimbrel):
    project.revision("a1", "-- nothing to do here\n")
    project.revision("b2", "")
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"]


def test_no_revisions_at_all(project, database, whimbrel):
    whimbrel("upgrade").ok()
    assert database.tables() == []


def test_ledger_has_every_step(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "-1", "--yes").ok()
    rows = database.ledger("revision, state")
    assert sorted(rows) == [("a1", "done"), ("b2", "done"), ("b2", "done")]
    cells = " ".join(str(cell) for row in database.query("SELECT * FROM whimbrel_ledger") for cell in row)
    assert "CREATE TABLE t_b2" in cells
    assert "DROP TABLE t_b2" in cells


def test_heads_table_is_alembics(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    if database.engine == "sqlite":
        (sql,), = database.query("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'")
        assert "".join(sql.split()) == ("CREATETABLEalembic_version(version_numVARCHAR(32)NOTNULL,"
                                        "CONSTRAINTalembic_version_pkcPRIMARYKEY(version_num))")
        return
    assert database.query(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
        "WHERE attrelid = 'public.alembic_version'::regclass AND attnum > 0") == [
            ("version_num", "character varying(32)", True)]
    assert database.query("SELECT conname, contype::text FROM pg_constraint "
                          "WHERE conrelid = 'alembic_version'::regclass AND contype = 'p'") == [
                              ("alembic_version_pkc", "p")]


def test_takes_over_from_alembic(project, database, whimbrel):
    database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                     "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))")
    database.execute("INSERT INTO alembic_version VALUES ('a1')")
    database.execute("CREATE TABLE t_a1 (id integer PRIMARY KEY)")
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]


def test_unknown_revision_in_the_heads_table(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    database.execute("UPDATE alembic_version SET version_num = 'gone99'")
    project.chain("b2")
    result = whimbrel("upgrade")
    assert result.code != 0
    assert "gone99" in result.err
    assert database.heads() == ["gone99"]
    assert "t_b2" not in database.tables()


def test_version_table_of_another_name(project, database, whimbrel):
    project.config(version_table="my_versions")
    project.chain("a1")
    whimbrel("upgrade").ok()
    assert database.query("SELECT version_num FROM my_versions") == [("a1",)]
    assert "alembic_version" not in database.all_tables()
    assert whimbrel("status", "--json").ok().json()["current"] == ["a1"]


def test_syntax_error_has_a_caret(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE t (a integer);\n  CREATE TABEL u (a integer);\n")
    result = whimbrel("upgrade").failed(1, "a1", f"{path.name}:", "TABEL")
    lines = result.err.splitlines()
    number = next(number for number, line in enumerate(lines) if "CREATE TABEL" in line)
    assert lines[number + 1].index("^") == lines[number].index("TABEL")
    line = path.read_text().splitlines().index("  CREATE TABEL u (a integer);") + 1
    assert f"{path.name}:{line}:10" in result.err
    assert database.tables() == []


@pytest.mark.parametrize("statement", ["BEGIN", "COMMIT", "ROLLBACK", "END", "SAVEPOINT x; COMMIT"])
def test_transaction_control_in_a_file_is_refused_before_anything_runs(project, database, whimbrel, statement):
    project.chain("a1")
    path = project.revision("b2", f"CREATE TABLE half (id integer);\n{statement};\n")
    result = whimbrel("upgrade").failed(1, path.name)
    assert statement.split()[-1].lower() in result.err.lower()
    assert database.tables() == []


def test_file_may_have_crlf_and_a_byte_order_mark(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE t (\n  a integer\n);\nINSERT INTO t VALUES (1);")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    whimbrel("upgrade").ok()
    assert database.query("SELECT a FROM t") == [(1,)]


def test_semicolons_in_strings_comments_and_names(project, database, whimbrel):
    project.revision("a1", """
CREATE TABLE "odd;name" (a text); -- a comment; with one
/* another; one */ INSERT INTO "odd;name" VALUES ('x;y'), ('it''s; "here"');
""")
    whimbrel("upgrade").ok()
    assert database.query('SELECT a FROM "odd;name"') == [("x;y",), ("it's; \"here\"",)]


# ---- SQLite ----


@pytest.mark.engine("sqlite")
def test_trigger_with_semicolons_inside(project, database, whimbrel):
    project.revision("a1", """
CREATE TABLE t (a integer, b integer);
CREATE TABLE log (a integer);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN
  INSERT INTO log VALUES (new.a);
  UPDATE t SET b = CASE WHEN a > 1 THEN 1 ELSE 0 END WHERE a = new.a;
END;
INSERT INTO t (a) VALUES (1), (2);
""")
    whimbrel("upgrade").ok()
    assert database.query("SELECT a, b FROM t ORDER BY a") == [(1, 0), (2, 1)]
    assert database.query("SELECT count(*) FROM log") == [(2,)]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("sql, word", [
    ("CREATE TABLE u AS SELECT durationToTinyInt(1)", "no such function: durationToTinyInt"),
    ("CREATE VIRTUAL TABLE u USING nosuch(a)", "no such module: nosuch"),
    ("CREATE TABLE u (a text COLLATE nosuch); CREATE INDEX u_a ON u (a)", "no such collation sequence: nosuch"),
    ("SELECT load_extension('nosuch')", "not authorized")])
def test_what_only_the_application_has(project, database, whimbrel, sql, word):
    """Its functions, modules and collations are not there: the place is named, and nothing stays."""
    project.chain("a1")
    path = project.revision("b2", f"CREATE TABLE half (a integer);\n{sql};\n")
    whimbrel("upgrade").failed(1, word, f"{path.name}:7")
    assert (database.heads(), database.tables()) == (["a1"], ["t_a1"])


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_journal_mode_stays(project, database, whimbrel, mode):
    database.execute(f"PRAGMA journal_mode = {mode}; CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                     "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))")
    project.chain("a1")
    whimbrel("upgrade").ok()
    assert database.query("PRAGMA journal_mode") == [(mode,)]


@pytest.mark.engine("sqlite")
def test_rebuilding_a_table_keeps_the_children(project, database, whimbrel):
    """What SQLite's documentation advises, with foreign keys that would delete the children."""
    project.revision("a1", """
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1), (2, 1);
""")
    project.revision("b2", """
CREATE TABLE parent_new (id integer PRIMARY KEY, name text);
INSERT INTO parent_new (id) SELECT id FROM parent;
DROP TABLE parent;
ALTER TABLE parent_new RENAME TO parent;
""")
    whimbrel("upgrade").ok()
    assert database.query("SELECT count(*) FROM child") == [(2,)]


# ---- PostgreSQL ----


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("statement", ["START TRANSACTION", "ABORT", "PREPARE TRANSACTION 'x'", "COMMIT AND CHAIN"])
def test_more_transaction_control(project, database, whimbrel, statement):
    project.chain("a1")
    path = project.revision("b2", f"CREATE TABLE half (id integer);\n{statement};\n")
    whimbrel("upgrade").failed(1, path.name, statement.split()[0])
    assert database.tables() == []


@pytest.mark.engine("postgresql")
def test_dollar_quotes_and_begin_atomic(project, database, whimbrel):
    two = "BEGIN ATOMIC SELECT 1; SELECT 2; END" if database.version >= 14 else "LANGUAGE sql AS 'SELECT 1; SELECT 2;'"
    project.revision("a1", f"""
CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql AS $body$
BEGIN
  RETURN 1; -- not the end;
END;
$body$;
CREATE FUNCTION two() RETURNS integer {two};
CREATE TABLE t AS SELECT one() AS a, two() AS b;
DO $$ BEGIN INSERT INTO t VALUES (3, 4); END $$;
""")
    whimbrel("upgrade").ok()
    assert database.query("SELECT a, b FROM t ORDER BY a") == [(1, 2), (3, 4)]


@pytest.mark.engine("postgresql")
def test_copy_from_stdin(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer, b text);\n"
                           "COPY t (a, b) FROM stdin;\n1\tone; two\n2\t\\N\n\\.\nCREATE TABLE after (a integer);\n")
    whimbrel("upgrade").ok()
    assert database.query("SELECT a, b FROM t ORDER BY a") == [(1, "one; two"), (2, None)]
    assert "after" in database.tables()


@pytest.mark.engine("postgresql")
def test_copy_that_fails_leaves_nothing(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);\nCOPY t FROM stdin;\n1\nnot a number\n\\.\n")
    whimbrel("upgrade").failed(1, "a1", "not a number")
    assert database.tables() == []


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("options", ["", "transaction:false"])
@pytest.mark.parametrize("copy, word", [
    ("COPY t FROM STDIN;", "has no end of its data"), ("COPY t FROM STDIN;\n1\n2", "has no end of its data"),
    ("COPY t FROM STDIN; SELECT 1;\n1\n\\.", "on the line behind"), ("\\copy t FROM 'x'", "is not SQL"),
    ("COPY t FROM STDIN;\n1\tone too many\n\\.", "extra data"), ("COPY t TO STDOUT;", "nobody takes the rows"),
    ("COPY t FROM '/nosuch/file';", "/nosuch/file"), ("COPY t FROM PROGRAM 'exit 3';", "exit code 3"),
    ("COPY (SELECT pg_sleep(0)) TO STDOUT WITH (FORMAT binary);", "nobody takes the rows")])
@pytest.mark.slow
def test_copy_that_is_wrong_never_hangs(project, database, whimbrel, copy, word, options):
    project.chain("a1")
    project.revision("b2", f"CREATE TABLE t (a integer);\n{copy}\n", None, options=options)
    whimbrel("upgrade", timeout=20).failed(1, word, "0002_b2.sql:")
    assert database.locks() == []
    if not options:
        assert "t" not in database.tables()


@pytest.mark.engine("postgresql")
def test_procedure_that_commits_in_a_transaction(project, database, whimbrel):
    """Hidden in what the plan can't see, it is the server that refuses it; nothing of the revision stays."""
    project.revision("a1", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE half (a integer); COMMIT; END $$;")
    project.revision("b2", "CREATE TABLE half_too (a integer); CALL p();")
    project.revision("c3", "CREATE TABLE half_too (a integer); DO $$ BEGIN COMMIT; END $$;", revises="a1")
    for id in ("b2", "c3"):
        whimbrel("upgrade", id).failed(1, "invalid transaction termination", f"revision {id}")
        assert (database.heads(), database.tables()) == (["a1"], [])


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("command", ["\\i other.sql", "\\d", "\\set x 1", "\\connect other", "SELECT 1 \\gexec"])
def test_psql_commands_are_refused_before_anything_runs(project, database, whimbrel, command):
    project.chain("a1")
    path = project.revision("b2", f"CREATE TABLE half (id integer);\n{command}\n")
    line = path.read_text().splitlines().index(command) + 1
    whimbrel("upgrade").failed(1, f"{path.name}:{line}", "psql")
    assert database.tables() == []


@pytest.mark.engine("postgresql")
def test_index_concurrently(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);")
    project.revision("b2", "CREATE INDEX CONCURRENTLY t_a ON t (a);", "DROP INDEX CONCURRENTLY t_a;")
    whimbrel("upgrade").ok()
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass") == [(True,)]
    assert database.heads() == ["b2"]
    whimbrel("downgrade", "-1", "--yes").ok()
    assert database.query("SELECT to_regclass('t_a')") == [(None,)]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("statement", [
    "CREATE INDEX CONCURRENTLY t_a ON t (a)", "VACUUM", "DROP INDEX CONCURRENTLY t_a", "REINDEX TABLE CONCURRENTLY t",
    "CREATE DATABASE another", "ALTER SYSTEM SET work_mem = '1MB'"])
def test_mixing_transactional_and_other_statements_is_refused_before_anything_runs(project, database, whimbrel, statement):
    project.chain("a1")
    path = project.revision("b2", f"CREATE TABLE t (a integer);\n{statement};\n")
    whimbrel("upgrade").failed(1, path.name, "transaction")
    assert database.tables() == []


@pytest.mark.engine("postgresql")
def test_transaction_false_runs_several_statements_one_by_one(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);\nCREATE INDEX CONCURRENTLY t_a ON t (a);\n",
                     options="transaction:false")
    whimbrel("upgrade").ok()
    assert database.tables() == ["t"]
    assert database.heads() == ["a1"]


@pytest.mark.engine("postgresql")
def test_interrupted_transaction_false_goes_on_where_it_stopped(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE t (a integer);\nINSERT INTO later VALUES (1);\nCREATE TABLE u (a integer);\n",
                            options="transaction:false")
    whimbrel("upgrade").failed(1, "later", path.name)
    assert database.tables() == ["t"]
    assert not database.heads()
    database.execute("CREATE TABLE later (a integer)")
    whimbrel("upgrade").ok()
    assert database.tables() == ["later", "t", "u"]
    assert database.heads() == ["a1"]
    assert database.query("SELECT count(*) FROM later") == [(1,)]


@pytest.mark.engine("postgresql")
def test_failed_concurrent_index_is_built_again(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);\nINSERT INTO t VALUES (1), (1);\n")
    project.revision("b2", "CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);")
    whimbrel("upgrade").failed(1, "b2", "t_a")
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_a')") == [(False,)]
    database.execute("DELETE FROM t")
    whimbrel("upgrade").ok()
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass") == [(True,)]
    assert database.heads() == ["b2"]


@pytest.mark.engine("postgresql")
def test_session_state_does_not_leak_into_the_next_revision(project, database, whimbrel):
    """The first lines of every pg_dump, and worse."""
    project.revision("a1", "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.t (a integer);\n"
                           "SET row_security = off; SET client_min_messages = error; SET default_table_access_method = heap;")
    project.revision("b2", "CREATE ROLE whimbrel_e2e_nobody; SET ROLE whimbrel_e2e_nobody;")
    project.revision("c3", "CREATE TABLE u (a integer);\nINSERT INTO t VALUES (1);\nDROP ROLE whimbrel_e2e_nobody;")
    whimbrel("upgrade").ok()
    assert database.tables() == ["t", "u"]
    assert database.heads() == ["c3"]


@pytest.mark.engine("postgresql")
def test_version_table_schema(project, database, whimbrel):
    database.execute("CREATE SCHEMA meta")
    project.config(version_table_schema="meta")
    project.chain("a1")
    whimbrel("upgrade").ok()
    assert database.query("SELECT version_num FROM meta.alembic_version") == [("a1",)]
    assert database.query("SELECT to_regclass('public.alembic_version')") == [(None,)]


@pytest.mark.engine("postgresql")
def test_search_path_setting(project, database, whimbrel):
    database.execute("CREATE SCHEMA app")
    project.config(search_path="app, public")
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    assert database.query("SELECT schemaname FROM pg_tables WHERE tablename IN ('t_a1', 't_b2')") == [("app",), ("app",)]


@pytest.mark.engine("postgresql")
def test_search_path_leads_to_the_heads_table(project, database, whimbrel):
    database.execute("CREATE SCHEMA app")
    project.config(search_path="app, public")
    project.chain("a1", "b2")
    whimbrel("upgrade", "a1").ok()
    assert database.query("SELECT version_num FROM app.alembic_version") == [("a1",)]
    assert whimbrel("status", "--json").ok().json()["current"] == ["a1"]
    assert whimbrel("upgrade").ok() and whimbrel("upgrade").ok()
    assert database.query("SELECT version_num FROM app.alembic_version") == [("b2",)]
    assert database.query("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'") == [(1,)]


@pytest.mark.engine("postgresql")
def test_presets_of_the_role_do_not_disturb(project, database, whimbrel):
    for setting in ("statement_timeout = '300ms'", "idle_in_transaction_session_timeout = '100ms'",
                    "default_transaction_isolation = 'serializable'", "standard_conforming_strings = off"):
        database.execute(f'ALTER DATABASE "{database.name}" SET {setting}')
    project.revision("a1", "SELECT pg_sleep(0.6); CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    assert database.heads() == ["a1"]


@pytest.mark.engine("postgresql")
def test_role_without_rights(project, database, cluster, whimbrel):
    database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # as it is since 15
    database.execute("CREATE ROLE whimbrel_e2e_poor LOGIN PASSWORD 'poor'")
    try:
        project.chain("a1")
        url = cluster.tcp_url(database.name, "whimbrel_e2e_poor", "poor")
        whimbrel("upgrade", "--url", url).failed(1, "permission denied for schema public", "GRANT CREATE ON SCHEMA",
                                                 "version_table_schema")
        assert database.heads() is None
        # A schema for whimbrel's own tables does not help the revision's.
        database.execute("CREATE SCHEMA own AUTHORIZATION whimbrel_e2e_poor")
        env = {"WHIMBREL_VERSION_TABLE_SCHEMA": "own"}
        whimbrel("upgrade", "--url", url, env=env).failed(1, "revision a1", "permission denied for schema public",
                                                          "GRANT USAGE, CREATE ON SCHEMA", "the database is at base")
    finally:
        database.execute("DROP OWNED BY whimbrel_e2e_poor; DROP ROLE whimbrel_e2e_poor")
    assert database.tables() == []


@pytest.mark.engine("postgresql")
def test_role_that_owns_nothing(project, database, cluster, whimbrel):
    """It may read and write, as an application does, and make new tables; it may not change what is another's."""
    project.revision("a1", "CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    database.execute("CREATE ROLE whimbrel_e2e_app LOGIN PASSWORD 'app';"
                     "GRANT USAGE, CREATE ON SCHEMA public TO whimbrel_e2e_app;"
                     "GRANT SELECT ON ALL TABLES IN SCHEMA public TO whimbrel_e2e_app")
    try:
        url = cluster.tcp_url(database.name, "whimbrel_e2e_app", "app")
        whimbrel("run", "--url", url, "--", "true").ok()  # there is nothing to do
        path = project.revision("b2", "CREATE TABLE new (a integer); ALTER TABLE t ADD COLUMN b integer;")
        whimbrel("upgrade", "--url", url).failed(1, "permission denied for table alembic_version",
                                                 "the one that owns the tables", "the database is at a1")
        database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO whimbrel_e2e_app;"
                         "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO whimbrel_e2e_app")
        whimbrel("upgrade", "--url", url).failed(1, "revision b2", f"{path.name}:6:31", "must be owner of table t",
                                                 "ALTER ... OWNER TO", "the database is at a1")
        assert database.tables() == ["t"]
    finally:
        database.execute("DROP OWNED BY whimbrel_e2e_app; DROP ROLE whimbrel_e2e_app")
    whimbrel("upgrade").ok()
    assert database.columns("t") == ["a", "b"]


@pytest.mark.engine("sqlite")
def test_replicas_where_there_are_none(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade", "--wait-replicas").ok()
    whimbrel("upgrade", "--wait-replicas=soon").failed(2, "--wait-replicas", "a duration")
    assert database.heads() == ["b2"]


@pytest.mark.engine("postgresql")
@pytest.mark.slow
def test_lock_timeout_is_retried(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    project.revision("b2", "ALTER TABLE t ADD COLUMN b integer;")
    with database.connect() as reader:
        reader.autocommit = False
        reader.execute("SELECT * FROM t")
        running = whimbrel.start("upgrade", env={"WHIMBREL_LOCK_TIMEOUT": "100ms", "WHIMBREL_LOCK_RETRIES": "50"})
        time.sleep(1)
        reader.rollback()
    result = running.finish().ok()
    assert "lock" in result.err.lower(), "the retries are logged"
    assert database.columns("t") == ["a", "b"]


@pytest.mark.engine("postgresql")
def test_lock_timeout_that_never_ends(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    project.revision("b2", "ALTER TABLE t ADD COLUMN b integer;")
    with database.connect() as reader:
        reader.autocommit = False
        reader.execute("SELECT * FROM t")
        result = whimbrel("upgrade", env={"WHIMBREL_LOCK_TIMEOUT": "50ms", "WHIMBREL_LOCK_RETRIES": "2"})
    assert result.code != 0
    assert "lock" in result.err.lower()
    assert database.heads() == ["a1"]


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_another_migrator_is_waited_for_only_so_long(project, database, whimbrel):
    project.revision("a1", "SELECT pg_sleep(4);")
    first = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    second = whimbrel("upgrade", env={"WHIMBREL_LOCK_WAIT": "500ms"})
    second.failed(5)
    pid = database.locks()[0][0]
    assert str(pid) in second.err, "it says who holds the lock"
    first.finish().ok()


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_through_pgbouncer(project, database, whimbrel, pgbouncer, mode):
    project.chain("a1", "b2", trace="trace")
    url = pgbouncer(mode).url(database.name)
    starters = [whimbrel.start("upgrade", "--url", url) for _ in range(4)]
    for starter in starters:
        starter.finish().ok()
    assert ran(database) == ["a1", "b2"]


@pytest.mark.slow
def test_server_that_goes_away_in_the_middle(own_cluster, files, whimbrel):
    database = PostgreSQL(own_cluster)
    files.url = database.url
    files.config()
    files.chain("a1")
    path = files.revision("b2", "CREATE TABLE half (a integer);\nSELECT pg_sleep(30);\n")
    running = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    own_cluster.restart(signal.SIGQUIT)
    result = running.finish()
    assert result.code in (1, 4), result
    assert "b2" in result.err
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]
    path.write_text(path.read_text().replace("SELECT pg_sleep(30);", ""))
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"]


@pytest.mark.engine("postgresql")
def test_terminated_session(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE half (a integer);\nSELECT pg_sleep(30);\n")
    running = whimbrel.start("upgrade")
    (pid, _), = wait_until(lambda: database.activity("%pg_sleep%"))
    database.execute(f"SELECT pg_terminate_backend({pid})")
    result = running.finish()
    assert result.code in (1, 4), result
    assert "a1" in result.err
    assert database.tables() == []
    assert database.locks() == []


@pytest.mark.engine("postgresql")
def test_pooled_connection_does_not_keep_the_lock(project, database, whimbrel, pgbouncer):
    """Behind a pooler in transaction mode the server's session goes on when whimbrel has ended."""
    project.chain("a1")
    url = pgbouncer("transaction").url(database.name)
    whimbrel("upgrade", "--url", url).ok()
    assert database.locks() == []
    project.chain("b2")
    whimbrel("upgrade", env={"WHIMBREL_LOCK_WAIT": "1s"}).ok()


@pytest.mark.engine("postgresql")
def test_no_lock_is_left_after_a_failure(project, database, whimbrel):
    project.revision("a1", "SELECT 1/0;")
    whimbrel("upgrade").failed(1, "division by zero")
    assert database.locks() == []


def test_connection_refused(files, whimbrel):
    files.chain("a1")
    result = whimbrel("upgrade", "--url", f"postgresql://u:secret@127.0.0.1:{free_port()}/x",
                      env={"WHIMBREL_WAIT": "1s"})
    assert result.failed(4, "127.0.0.1")
    assert "secret" not in result.err
