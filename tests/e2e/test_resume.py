"""What is taken up again, or left alone, after something went wrong between two runs, or during one."""

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.database import PostgreSQL, SQLite
from support.history import trace
from support.program import PROGRAM

GATES = 5


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["up", "down"])
def test_fails_at_each_statement_in_turn(project, database, whimbrel, direction):
    """Outside of a transaction, each run gets one statement further; none runs twice."""
    statements = [sql for n in range(GATES) for sql in (trace(f"s{n}"), f"INSERT INTO gate_{n} VALUES (1)")]
    up, down = (statements, ["SELECT 1"]) if direction == "up" else (["SELECT 1"], statements)
    project.revision("a1", "CREATE TABLE trace (what text);")
    project.revision("b2", ";\n".join(up) + ";", ";\n".join(down) + ";", options="transaction:false",
                     down_options="transaction:false")
    whimbrel("upgrade", "a1" if direction == "up" else "head").ok()
    command = ["upgrade"] if direction == "up" else ["downgrade", "-1", "--yes"]
    for n in range(GATES):
        for _ in range(2):
            whimbrel(*command).failed(1, f"gate_{n}", f"Statement {2 * n + 2} of {2 * GATES}", "0002_b2.sql:")
            assert database.query("SELECT what FROM trace") == [(f"s{i}",) for i in range(n + 1)]
        database.execute(f"CREATE TABLE gate_{n} (a integer)")
    whimbrel(*command).ok()
    assert database.query("SELECT what FROM trace") == [(f"s{i}",) for i in range(GATES)]
    assert all(database.query(f"SELECT count(*) FROM gate_{n}") == [(1,)] for n in range(GATES))
    assert database.heads() == (["b2"] if direction == "up" else ["a1"])
    assert whimbrel("status", "--json").ok().json()["problems"] == []


# ---- Branches that are merged later ----

def branches(project):
    """Two people's revisions on the same base; the second was written first and is merged last."""
    project.revision("base1", "CREATE TABLE t (a integer);", created="2026-01-01T00:00:00Z")
    mine = {"revises": "base1", "created": "2026-03-01T00:00:00Z", "name": "202603010000_mine.sql"}
    theirs = {"revises": "base1", "created": "2026-02-01T00:00:00Z", "name": "202602010000_theirs.sql"}
    return (lambda: project.revision("mine1", "ALTER TABLE t ADD COLUMN mine integer;", **mine),
            lambda: project.revision("their1", "ALTER TABLE t ADD COLUMN theirs integer; CREATE TABLE u (a integer);", **theirs))


@pytest.mark.parametrize("first", ["older", "newer"])
def test_older_revision_that_is_merged_later_is_applied(project, database, whimbrel, tmp_path, first):
    """No high-water mark: a database that has seen them one after the other ends as a fresh one does."""
    mine, theirs = branches(project)
    (mine if first == "newer" else theirs)()
    whimbrel("upgrade").ok()
    (theirs if first == "newer" else mine)()
    late = "their1" if first == "newer" else "mine1"
    assert whimbrel("status", "--json").ok().json()["pending"] == [late]
    project.revision("joined", "", revises=["mine1", "their1"])
    whimbrel("upgrade").ok()
    assert database.heads() == ["joined"]
    found = {*database.columns("t")}, database.tables()

    fresh = PostgreSQL(database.cluster) if database.engine == "postgresql" else SQLite(tmp_path / "fresh.db")
    try:
        whimbrel("upgrade", "--url", fresh.url).ok()
        assert ({*fresh.columns("t")}, fresh.tables()) == found == ({"a", "mine", "theirs"}, ["t", "u"])
        assert fresh.heads() == database.heads()
    finally:
        fresh.remove()


def test_two_revisions_of_one_number_are_a_question_of_heads(project, database, whimbrel):
    """Two files may begin with the same date; two heads are named before anything is done to `head`."""
    mine, theirs = branches(project)
    mine(), theirs()
    whimbrel("upgrade", "head").failed(1, "mine1", "their1")
    assert database.tables() == []


# ---- The files change ----

def edit(path, old, new):
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def slow(database):
    return ("SELECT pg_sleep(1);" if database.engine == "postgresql" else
            "CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000000) "
            "SELECT max(i) AS i FROM n;")


@pytest.mark.slow
@pytest.mark.parametrize("change", ["edit", "remove", "add", "unreadable"])
def test_folder_changes_during_a_run(project, database, whimbrel, change):
    """Everything was read before the first statement: the run does what it had planned, the next sees the change."""
    project.revision("a1", "CREATE TABLE trace (what text);" + slow(database))
    path = project.revision("b2", trace("b2") + ";", created="2026-01-01T00:00:00Z")
    run = whimbrel.start("upgrade")
    run.wait_for("2 revisions to apply")
    time.sleep(0.05)
    if change == "edit":
        edit(path, trace("b2"), trace("other"))
    elif change == "remove":
        path.unlink()
    elif change == "add":
        project.revision("c3", trace("c3") + ";")
    else:
        path.write_bytes(b"\xff\xfe not a revision")
    assert run.process.poll() is None, "the change came too late"
    run.finish().ok()
    assert (database.heads(), database.query("SELECT what FROM trace")) == (["b2"], [("b2",)])
    status = whimbrel("status", "--json")
    if change == "edit":
        assert [problem["kind"] for problem in status.ok().json()["problems"]] == ["edited"]
    elif change == "remove":
        assert "b2" in status.out
    elif change == "add":
        assert status.ok().json()["pending"] == ["c3"]
    else:
        status.failed(1, path.name)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace") or "asan" in str(PROGRAM),
                    reason="strace is not installed, or the sanitizer can't look for leaks under it")
def test_files_that_can_not_be_read(project, database, whimbrel, tmp_path):
    """Every read of the program fails in turn, as of a bad disk: then nothing is changed, or everything is done."""
    ids = project.chain("a1", "b2", trace="trace")
    for path in project.migrations.glob("*_b2.sql"):  # large enough to be read twice
        path.write_text(path.read_text() + f"-- {'x' * (300 << 10)}\n")
    calls = "read,pread64,openat,fstat,newfstatat,getdents64"
    paths = [word for path in (*project.migrations.iterdir(), project.migrations) for word in ("-P", str(path))]
    trace = tmp_path / "trace"
    refused = 0
    for number in range(1, 200):
        result = whimbrel.start("upgrade", prefix=["strace", "-f", "-o", trace, *paths, "-e", f"trace={calls}",
                                                   "-e", f"inject={calls}:error=EIO:when={number}"]).finish()
        if "(INJECTED)" not in trace.read_text():
            break
        if result.code:
            result.failed(1, "Input/output error", "migrations")
            assert database.tables() == []
            refused += 1
        else:  # of something that can be done without
            assert sorted(row[0] for row in database.query("SELECT revision FROM trace")) == ids
            whimbrel("downgrade", "base", "--yes").ok()
    assert refused >= 8, refused
    assert sorted(row[0] for row in database.query("SELECT revision FROM trace")) == ids


def test_checkout_with_other_line_ends(project, database, whimbrel, tmp_path):
    """git on Windows: the same revision, with CRLF in strings and bodies too, is not an edited one."""
    for id in ("a1", "b2"):
        project.revision(id, f"CREATE TABLE t_{id} (a text DEFAULT 'two\nlines');\n\n-- a comment\nINSERT INTO t_{id} VALUES ('x\ny');")
    folder = tmp_path / "checkout"
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", project.migrations], check=True)
    subprocess.run([*git, "-C", project.migrations, "add", "."], check=True)
    subprocess.run([*git, "-C", project.migrations, "commit", "-qm", "x"], check=True)
    subprocess.run([*git, "-c", "core.autocrlf=true", "clone", "-q", project.migrations, folder], check=True)
    assert all(b"\r\n" in path.read_bytes() for path in folder.glob("*.sql"))
    whimbrel("upgrade", "a1").ok()
    status = whimbrel("status", "--json", "--dir", folder).ok().json()
    assert (status["problems"], status["pending"]) == ([], ["b2"])
    whimbrel("upgrade", "--dir", folder).ok()
    assert whimbrel("status", "--json").ok().json()["problems"] == []


# ---- The bookkeeping is lost ----

@pytest.mark.parametrize("lost", [["alembic_version"], ["alembic_version", "whimbrel_ledger"]])
def test_history_is_lost(project, database, whimbrel, lost):
    """As in a dump without it: nothing begins from zero on tables that are there."""
    project.chain("a1", "b2", trace="trace")
    whimbrel("upgrade").ok()
    for table in lost:
        database.execute(f"DROP TABLE {table}")
    for command in (["upgrade"], ["run", "--", "echo", "STARTED"], ["run", "--mode", "check", "--", "echo", "STARTED"]):
        result = whimbrel(*command)
        assert result.code in (3, 6) and "STARTED" not in result.out, result
    whimbrel("upgrade").failed(6, "t_a1", "stamp", "--adopt")
    assert "alembic_version" not in database.all_tables()
    assert len(database.query("SELECT * FROM trace")) == 2
    whimbrel("stamp", "b2").ok()
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"] and len(database.query("SELECT * FROM trace")) == 2


def test_ledger_alone_is_lost(project, database, whimbrel):
    """The heads table is what counts."""
    project.chain("a1", "b2", trace="trace")
    whimbrel("upgrade", "a1").ok()
    database.execute("DROP TABLE whimbrel_ledger")
    whimbrel("status").ok()
    whimbrel("upgrade").ok()
    assert len(database.query("SELECT * FROM trace")) == 2
    assert whimbrel("status", "--json").ok().json()["problems"] == []


@pytest.mark.engine("postgresql")
def test_schema_is_renamed(project, database, whimbrel):
    project.chain("a1", trace="trace")
    whimbrel("upgrade").ok()
    database.execute("ALTER SCHEMA public RENAME TO app; CREATE SCHEMA public")
    whimbrel("upgrade").failed(6, "app.t_a1", "stamp")
    project.config(search_path="app")
    whimbrel("upgrade").ok()
    assert len(database.query("SELECT * FROM app.trace")) == 1


# ---- The clock ----

def faketime():
    return next(map(str, Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


needs_faketime = pytest.mark.skipif(not faketime() or "asan" in str(PROGRAM),
                                    reason="libfaketime is not installed, or the sanitizer wants to be loaded first")


def fake(clock=None, file=None):
    """The environment of a program whose wall clock is wrong; what measures durations is not touched."""
    environment = {"LD_PRELOAD": faketime(), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
    return environment | ({"FAKETIME": clock} if clock else {"FAKETIME_TIMESTAMP_FILE": file})


@needs_faketime
@pytest.mark.slow
def test_clocks_of_the_starters_differ(project, database, whimbrel):
    """By ten years, backwards and forwards: none of it matters to who waits for whom."""
    ids = project.chain("a1", trace="trace")
    project.revision("b2", slow(database) + "INSERT INTO trace VALUES ('b2');")
    ids += ["b2", *project.chain("c3", trace="trace")]
    clocks = [None, "-10y", "+10y", None, "-1h", "+1h"] * 4
    starters = [whimbrel.start("upgrade", env=fake(clock) if clock else None) for clock in clocks]
    results = [starter.finish(100) for starter in starters]
    assert [result.code for result in results] == [0] * len(clocks), [str(each) for each in results if each.code][:2]
    years = {re.match(r"\d{4}", result.err).group() for result in results}
    assert len(years) >= 3, f"the clocks were not faked: {years}"
    assert sorted(row[0] for row in database.query("SELECT revision FROM trace")) == ids
    assert sorted(database.ledger("revision, state")) == [(id, "done") for id in ids]


@pytest.mark.slow
@needs_faketime
@pytest.mark.parametrize("jump", ["+10y", "-10y"])
def test_clock_is_set_during_a_run(project, database, whimbrel, tmp_path, jump):
    """Neither the one who works nor the one who waits gives up, or waits for ten years."""
    project.revision("a1", "CREATE TABLE trace (revision text);" + slow(database) + "INSERT INTO trace VALUES ('a1');")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    holder = whimbrel.start("upgrade", env=fake(file=clock))
    holder.wait_for("to apply")
    waiting = whimbrel.start("upgrade", "--lock-wait", "30s", env=fake(file=clock))
    time.sleep(0.2)
    clock.write_text(jump)
    for each in (holder, waiting):
        each.finish(40).ok()
    assert database.query("SELECT * FROM trace") == [("a1",)]


# ---- Where messages go ----

@pytest.mark.parametrize("where", ["2>/dev/full", ">/dev/full 2>&1"])
def test_log_on_a_full_disk_does_not_stop_it(project, database, whimbrel, where):
    project.chain("a1", "b2")
    whimbrel.start("upgrade", "-v", prefix=["sh", "-c", f'exec "$0" "$@" {where}']).finish().ok()
    assert database.heads() == ["b2"]


# ---- Another writer of the file ----

@pytest.mark.slow
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_another_writer(project, database, whimbrel, mode):
    """An application that writes all the time, and a transaction that it keeps for a second: both are waited for."""
    ids = project.chain("a1", "b2", "c3", trace="trace")
    database.execute(f"PRAGMA journal_mode = {mode}; CREATE TABLE busy (a integer)")
    over = threading.Event()
    written = []

    def write():
        connection = database.connect()
        connection.execute("PRAGMA busy_timeout = 20000")
        while not over.is_set():
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO busy VALUES (1)")
            time.sleep(1 if not written else 0.005)
            connection.execute("COMMIT")
            written.append(1)
            time.sleep(0.002)
        connection.close()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        results = [starter.finish(60) for starter in [whimbrel.start("upgrade", "--adopt", "base") for _ in range(8)]]
    finally:
        over.set()
        writer.join()
    assert [result.code for result in results] == [0] * 8, [str(each) for each in results if each.code][:2]
    assert sorted(row[0] for row in database.query("SELECT revision FROM trace")) == ids
    assert database.query("SELECT count(*) FROM busy") == [(len(written),)]
    assert database.query("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_reader_that_does_not_end(project, database, whimbrel, mode):
    """In rollback mode a COMMIT waits for readers; a lock that is never given up is named in the end."""
    project.chain("a1")
    database.execute(f"PRAGMA journal_mode = {mode}; CREATE TABLE busy (a integer); INSERT INTO busy VALUES (1), (2)")
    project.config(url=f"{database.url}?timeout=0.5")
    reader = database.connect()
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM busy").fetchone()
    result = whimbrel("upgrade", "--adopt", "base")
    if mode == "wal":
        result.ok()
    else:
        assert result.code in (4, 5), result
        assert "locked" in result.err and str(database.path) in result.err
    reader.close()
    whimbrel("upgrade", "--adopt", "base").ok()
    assert database.heads() == ["a1"]
