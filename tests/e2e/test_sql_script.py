"""`--sql`: the script does what running would have done."""

import pytest


def state(database):
    if database.engine == "sqlite":
        return database.query("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name <> 'whimbrel_ledger' "
                              "ORDER BY 1, 2"), database.heads()
    return database.query(
        "SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
        "WHERE relnamespace = 'public'::regnamespace AND c.relname !~ '^whimbrel_ledger' ORDER BY 1, a.attnum"
    ), database.heads()


def write_history(project, engine):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE b (x text DEFAULT 'a;b' NOT NULL);", "DROP TABLE b;", revises="a1")
    project.revision("c3", "CREATE TABLE c (y integer);", "DROP TABLE c;", revises="a1")
    project.revision("d4", revises=["b2", "c3"])
    if engine == "postgresql":
        project.revision("e5", "CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n"
                               "COPY c (y) FROM stdin;\n1\n2\n\\.\n", "DROP FUNCTION f(); DELETE FROM c;")
        project.revision("f6", "CREATE INDEX CONCURRENTLY c_y ON c (y);", "DROP INDEX CONCURRENTLY c_y;")
    else:
        project.revision("e5", "CREATE TRIGGER tr AFTER INSERT ON c BEGIN SELECT 1; SELECT 2; END;", "DROP TRIGGER tr;")
        project.revision("f6", "CREATE INDEX c_y ON c (y);", "DROP INDEX c_y;")


def test_script_is_as_good_as_running(project, database, whimbrel):
    write_history(project, database.engine)
    script = whimbrel("upgrade", "--sql").ok().out
    assert database.all_tables() == [], "nothing was run"
    whimbrel("upgrade").ok()
    ran = state(database)
    whimbrel("downgrade", "base", "--yes").ok()
    database.execute("DROP TABLE alembic_version")
    database.execute("DROP TABLE whimbrel_ledger")

    database.run_script(script)
    assert state(database) == ran
    assert whimbrel("status", "--json").ok().json()["up_to_date"] is True


def test_downgrade_script(project, database, whimbrel):
    write_history(project, database.engine)
    whimbrel("upgrade").ok()
    script = whimbrel("downgrade", "f6:a1", "--sql").ok().out
    database.run_script(script)
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]


def test_range_needs_no_database(files, whimbrel):
    files.chain("a1", "b2", "c3")
    out = whimbrel("upgrade", "a1:c3", "--sql", "--url", "postgresql://u:p@127.0.0.1:1/none").ok().out
    assert "t_b2" in out and "t_c3" in out and "CREATE TABLE t_a1" not in out
    out = whimbrel("downgrade", "c3:a1", "--sql", "--url", "sqlite:///nosuch/none.db").ok().out
    assert out.index("DROP TABLE t_c3") < out.index("DROP TABLE t_b2")


def test_pieces_put_together(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    database.run_script(whimbrel("upgrade", "a1", "--sql").ok().out)
    assert database.heads() == ["a1"]
    database.run_script(whimbrel("upgrade", "a1:c3", "--sql").ok().out)
    assert database.heads() == ["c3"]
    assert database.tables() == ["t_a1", "t_b2", "t_c3"]


def test_error_prints_no_half_script(files, whimbrel):
    files.chain("a1")
    result = whimbrel("upgrade", "base:nosuch", "--sql", "--url", "postgresql:///x").failed(1, "nosuch")
    assert result.out == ""


def test_a_range_without_sql_is_refused(project, database, whimbrel):
    project.chain("a1", "b2")
    result = whimbrel("upgrade", "a1:b2")
    assert result.code in (1, 2) and "--sql" in result.err, result
    assert not database.heads()


@pytest.mark.engine("postgresql")
def test_failing_script_stops_where_it_fails(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE half (a integer);\nSELECT * FROM nowhere;")
    script = whimbrel("upgrade", "--sql").ok().out
    with pytest.raises(RuntimeError, match="nowhere"):
        database.run_script(script)
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]
