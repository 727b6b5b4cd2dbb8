"""When memory, descriptors, disk or the server run out: a clear message, a whole database, and the next run carries on."""

import random
import signal
import subprocess
import time

import pytest

from support.program import PROGRAM, ROOT, wait_until


def assert_carries_on(database, whimbrel, ids):
    """The database is whole, and another run brings it where it should be; each revision ran once."""
    if database.engine == "sqlite":
        assert database.query("PRAGMA integrity_check") == [("ok",)]
    whimbrel("upgrade").ok()
    assert sorted(database.query("SELECT revision FROM trace")) == sorted((id,) for id in ids)


# ---- Memory ----


@pytest.fixture(scope="session")
def failing_malloc(tmp_path_factory):
    library = tmp_path_factory.mktemp("malloc") / "failing_malloc.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", library, ROOT / "tests/support/failing_malloc.c", "-ldl"],
                   check=True)
    return library


@pytest.mark.slow
@pytest.mark.skipif("asan" in str(PROGRAM), reason="the sanitizer has a malloc of its own")
def test_no_memory(project, database, whimbrel, failing_malloc):
    """At every point where it may happen: a message and a failure, or none is needed."""
    ids = project.chain("a1", "b2", trace="trace")
    outcomes = set()
    points = [*range(0, 60), *random.Random(1).sample(range(60, 2500), 90)]
    for at in points:
        environment = {"LD_PRELOAD": failing_malloc, "FAIL_MALLOC_AT": at}
        result = whimbrel("upgrade", env=environment)
        outcomes.add(result.code)
        assert result.code in (0, 1, 4), (at, result)
        if result.code:
            assert "memory" in result.err.lower(), (at, result)
    assert outcomes >= {0, 1}
    assert_carries_on(database, whimbrel, ids)


@pytest.mark.skipif("asan" in str(PROGRAM), reason="the sanitizer wants terabytes of address space")
@pytest.mark.parametrize("kib", [8000, 20000, 40000])
def test_small_address_space(project, database, whimbrel, kib):
    ids = project.chain("a1", "b2", trace="trace")
    result = whimbrel.start("upgrade", prefix=["prlimit", f"--as={kib * 1024}"]).finish()
    assert result.code in (0, 1, 4, 127), result
    assert result.code == 0 or result.err.strip(), result
    assert_carries_on(database, whimbrel, ids)


# ---- Descriptors ----


@pytest.mark.parametrize("limit", [4, 5, 6, 8, 16])
def test_few_descriptors(project, database, whimbrel, limit):
    ids = project.chain("a1", "b2", trace="trace")
    result = whimbrel.start("upgrade", prefix=["prlimit", f"--nofile={limit}"]).finish()
    assert result.code in (0, 1, 4, 127), result
    assert result.code in (0, 127) or "open files" in result.err, result
    assert limit < 16 or result.code == 0, result
    assert_carries_on(database, whimbrel, ids)


# ---- Disk ----


FILL = {
    "sqlite": "CREATE TABLE big (a text);\nINSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
              "FROM n LIMIT 30000) SELECT hex(randomblob(500)) FROM n;",
    "postgresql": "CREATE TABLE big (a text) TABLESPACE small;\nINSERT INTO big SELECT md5(i::text) FROM "
                  "generate_series(1, 400000) AS i;",
}


def test_full_disk_of_sqlite(disk, files, whimbrel):
    disk.mount("16m")
    url = f"sqlite:///{disk.folder}/database.db"
    files.chain("a1")
    files.revision("b2", FILL["sqlite"])
    result = whimbrel("upgrade", "--url", url).failed(1, "b2", "no room", "0002_b2.sql:")
    assert "the database is at a1" in result.err
    assert whimbrel("current", "--url", url).ok().out.startswith("a1")
    # Not even room for a page: nothing is there afterwards that was not there before.
    disk.fill()
    whimbrel("upgrade", "--url", url).failed(1)
    (disk.folder / "filler").unlink()
    assert whimbrel("current", "--url", url).ok().out.startswith("a1")


@pytest.mark.engine("postgresql")
def test_full_disk_of_postgresql(disk, project, database, whimbrel):
    disk.mount("16m")
    database.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
    try:
        project.chain("a1")
        project.revision("b2", FILL["postgresql"])
        result = whimbrel("upgrade").failed(1, "b2", "53100", "No space left", "0002_b2.sql:")
        assert "the database is at a1" in result.err
        assert database.heads() == ["a1"] and database.tables() == ["t_a1"]
    finally:
        database.execute("DROP TABLESPACE small")


# ---- The server ----


@pytest.mark.engine("postgresql")
def test_session_is_terminated(project, database, whimbrel):
    ids = project.chain("a1", trace="trace")
    path = project.revision("b2", "INSERT INTO trace VALUES ('b2'); SELECT pg_sleep(20);")
    running = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> "
                   "pg_backend_pid() AND datname = current_database()")
    running.finish(20).failed(4, "b2", "terminat")
    path.write_text(path.read_text().replace("pg_sleep(20)", "pg_sleep(0)"))
    assert_carries_on(database, whimbrel, [*ids, "b2"])


@pytest.mark.slow
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_server_stops_in_the_middle(own_cluster, files, whimbrel, how):
    """SIGINT is a fast stop, SIGQUIT an immediate one; with SIGKILL its children find out by themselves."""
    url = own_cluster.url("postgres")
    files.chain("a1", trace="trace")
    path = files.revision("b2", "INSERT INTO trace VALUES ('b2'); SELECT pg_sleep(20);")
    running = whimbrel.start("upgrade", "--url", url)
    assert wait_until(lambda: "pg_sleep" in own_cluster.psql("postgres", "-c", "SELECT query FROM pg_stat_activity "
                                                             "WHERE pid <> pg_backend_pid()"))
    own_cluster.stop(how)
    if how == signal.SIGKILL:
        running.process.send_signal(signal.SIGTERM)  # the orphaned session would sleep on
        assert running.finish(30).code in (4, 143)
        time.sleep(1)
    is_unknown = how == signal.SIGQUIT and own_cluster.version >= 14  # it has not told what became of a message with COMMITs
    if is_unknown:
        running.wait_for("waiting for the database")
    elif how != signal.SIGKILL:
        running.finish(20).failed(4, "b2", "connection")
    whimbrel("status", "--url", url).failed(4)
    own_cluster.start()
    if is_unknown:
        running.finish(20).failed(4, "b2", "rolled back", "at a1")
    path.write_text(path.read_text().replace("pg_sleep(20)", "pg_sleep(0)"))
    whimbrel("upgrade", "--url", url).ok()
    assert own_cluster.psql("postgres", "-c", "SELECT string_agg(revision, ' ' ORDER BY revision) FROM trace") == "a1 b2\n"


# ---- Where and when it runs ----


@pytest.mark.slow
@pytest.mark.parametrize("environment", [
    {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": "tr_TR.ISO-8859-9"}, {"LANG": None}, {"LC_ALL": "nosuch"},
    {"HOME": None}, {"HOME": "/nosuch"}, {"HOME": None, "USER": None, "LOGNAME": None, "PATH": None}, {"TZ": "Asia/Kolkata"},
    {"TZ": ":/nosuch"}, {"TZ": "x" * 50}, {"TERM": "dumb"}, {"COLUMNS": "1"}, {"PGOPTIONS": "-c DateStyle=German"},
    {"PGCLIENTENCODING": "LATIN1"}, {"PGTZ": "Asia/Tokyo"}], ids=str)
def test_environments(project, database, whimbrel, environment):
    ids = project.chain("a1", "b2", trace="trace")
    whimbrel("upgrade", env=environment).ok()
    status = whimbrel("status", "--json", env=environment).ok().json()
    assert status["up_to_date"] and status["current"] == ["b2"]
    assert_carries_on(database, whimbrel, ids)
    whimbrel("downgrade", "base", "--yes", env=environment).ok()
    assert database.heads() == []


@pytest.mark.engine("sqlite")
def test_clock_that_is_set_back(project, database, whimbrel):
    """Time is written down, but nothing depends on it."""
    ids = project.chain("a1", trace="trace")
    whimbrel("upgrade").ok()
    database.execute("UPDATE whimbrel_ledger SET started_at = '2999-01-01T00:00:00.000Z', finished_at = "
                     "'2999-01-01T00:00:01.000Z'")
    ids += project.chain("b2", trace="trace")
    whimbrel("upgrade").ok()
    assert whimbrel("status", "--json").ok().json()["problems"] == []
    assert_carries_on(database, whimbrel, ids)
    whimbrel("downgrade", "base", "--yes").ok()
    assert database.heads() == []


# ---- Passwords ----

SPECIAL = [chr(code) for code in range(32, 127) if not chr(code).isalnum()]


@pytest.mark.slow
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("password", ["".join(SPECIAL), "".join(reversed(SPECIAL)), "pässwörd ✓ 鷸", "%40%2f", "a\\'b\"c",
                                      "p@ss:w/rd#1?x=y&z", " leading and trailing ", "$HOME ${HOME} `id`", "x" * 900])
def test_passwords_with_every_character(project, database, cluster, whimbrel, password):
    role = f"role_{database.name}"
    quoted = password.replace("'", "''")
    database.execute("SET standard_conforming_strings = on; "
                     f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{quoted}'")
    try:
        ids = project.chain("a1", trace="trace")
        project.config(url=None)
        url = cluster.tcp_url(database.name, role, password)
        parts = {"POSTGRES_USER": role, "POSTGRES_PASSWORD": password, "POSTGRES_HOST": "127.0.0.1",
                 "POSTGRES_PORT": cluster.port, "POSTGRES_DB": database.name}
        secret = whimbrel.home / "secret"
        secret.write_text(password + "\n")
        in_file = parts | {"POSTGRES_PASSWORD": None, "POSTGRES_PASSWORD_FILE": secret}
        without = f"postgresql://{role}@127.0.0.1:{cluster.port}/{database.name}"
        for environment in ({"DATABASE_URL": url}, parts, in_file, {"DATABASE_URL": without, "PGPASSWORD": password}):
            result = whimbrel("upgrade", "-v", env=environment).ok()
            assert len(password) < 7 or password not in result.err + result.out
        if "'" not in password:
            (project.folder / ".env").write_text(f"DATABASE_URL='{url}'\n")
            whimbrel("status").ok()
            (project.folder / ".env").unlink()
        project.config(url=url)
        whimbrel("status").ok()
        assert sorted(database.query("SELECT revision FROM trace")) == [(id,) for id in ids]
    finally:
        database.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER; DROP ROLE {role}")
