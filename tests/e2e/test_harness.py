"""What the other tests stand on."""

import os

import psycopg
import pytest


def test_database_is_empty_and_writable(database):
    assert database.tables() == []
    assert database.heads() is None
    database.execute("CREATE TABLE t (a integer, b text)")
    assert database.tables() == ["t"]
    assert database.columns("t") == ["a", "b"]
    assert database.query("SELECT count(*) FROM t") == [(0,)]


@pytest.mark.engine("postgresql")
def test_server_is_unprivileged_and_wants_the_password_over_tcp(database, cluster):
    assert os.stat(f"/proc/{cluster.process.pid}").st_uid != 0
    with psycopg.connect(database.tcp_url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (cluster.user,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.tcp_url(database.name, password="wrong"))


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_pgbouncer(database, pgbouncer, mode):
    with psycopg.connect(pgbouncer(mode).url(database.name)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (database.name,)


def test_project_writes_revisions(files):
    files.revision("a1", "CREATE TABLE t (a int);", "DROP TABLE t;")
    path = files.revision("b2", {"sqlite": "SELECT 1;", "": "SELECT 2;"}, None, labels=["x"], options="transaction:false")
    assert path.read_text() == (
        "-- revision: b2\n-- revises: a1\n-- message: step b2\n-- branch-labels: x\n"
        "\n-- migrate:up engine:sqlite transaction:false\nSELECT 1;\n\n-- migrate:up transaction:false\nSELECT 2;\n")
