"""What is seen of a long statement from a second connection: how far it is, who is in the way, and that nobody is there."""

import json
import os
import pty
import signal
import subprocess
import time

import pytest

from support import history
from support.history import Step, trace
from support.program import PROGRAM, wait_until
from support.proxy import CLIENT, SERVER, Fault, Proxy

pytestmark = pytest.mark.engine("postgresql")


STRIDE = int(os.environ.get("STRIDE", 24))


@pytest.fixture
def slow_index(project):
    """slow_index(seconds): a revision b2 whose index takes the server that long to build."""
    def write(seconds):
        project.revision("a1", f"CREATE TABLE item (id integer); {history.SLOW_FUNCTION}; "
                               f"INSERT INTO item SELECT generate_series(1, {round(seconds / 0.006)});")
        project.revision("b2", "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id));")
    return write


def test_progress_is_logged(project, whimbrel, slow_index):
    slow_index(7)
    result = whimbrel("upgrade", "--log-format", "json").ok()
    lines = [json.loads(line) for line in result.err.splitlines()]
    seen = [line for line in lines if line.get("event") == "progress"]
    assert 1 <= len(seen) <= 2, "every five seconds"
    assert "CREATE INDEX CONCURRENTLY item_slow" in seen[0]["message"]
    assert "building index" in seen[0]["message"]
    assert 0 < seen[0]["percent"] < 100 and 4900 < seen[0]["elapsed_ms"] < 8000


def test_progress_is_one_line_on_a_terminal(project, whimbrel, slow_index):
    slow_index(4)
    whimbrel("upgrade", "a1").ok()
    master, slave = pty.openpty()
    process = subprocess.Popen([PROGRAM, "upgrade"], cwd=whimbrel.folder, env=whimbrel.environment,
                               stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    text = b""
    try:
        while chunk := os.read(master, 4096):
            text += chunk
    except OSError:  # the other end has been closed
        pass
    os.close(master)
    assert process.wait(20) == 0
    shown = [part.split(b"\r")[0] for part in text.split(b"\r\x1b[K")[1:]]
    assert sum(part.startswith(b"still running after") and b"%" in part for part in shown) >= 1, text
    assert b"\n" not in shown[0] and text.rstrip().endswith(b"the database is now at b2")


@pytest.fixture
def holder(database):
    """holder(SQL): somebody else's transaction, which ends with the test."""
    with database.connect() as connection:
        connection.execute("SET application_name = 'the-holder'")
        connection.execute("BEGIN")

        def hold(sql):
            connection.execute(sql)
            return connection.info.backend_pid
        yield hold


def test_who_is_in_the_way_of_a_lock_is_named(project, database, whimbrel, holder):
    project.revision("a1", "CREATE TABLE item (id integer);")
    project.revision("b2", "ALTER TABLE item ADD COLUMN text text;")
    whimbrel("upgrade", "a1").ok()
    pid = holder("SELECT * FROM item")
    who = f"process {pid} (the-holder on "
    result = whimbrel("upgrade", "--lock-timeout", "800ms", env={"WHIMBREL_LOCK_RETRIES": "1"})
    result.failed(1, "b2", "lock timeout", who, "idle in transaction")
    assert result.err.count(who) == 2, "once for the retry, once in the end"


def test_who_keeps_an_index_from_being_built_is_named(project, database, whimbrel, holder):
    project.revision("a1", "CREATE TABLE item (id integer);")
    project.revision("b2", "CREATE INDEX CONCURRENTLY item_id ON item (id);")
    whimbrel("upgrade", "a1").ok()
    pid = holder("INSERT INTO item VALUES (1)")
    run = whimbrel.start("upgrade")
    run.wait_for(f"waits for process {pid} (the-holder on ")
    assert "waiting for writers before build" in run.text()
    holder("ROLLBACK")
    run.finish().ok()


def test_what_a_killed_one_had_begun_ends_with_it(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE item (id integer); SELECT pg_sleep(30);")
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("SELECT pg_sleep%"))
    run.process.kill()
    run.process.wait()
    if database.watches_clients:  # else it goes on, and is rolled back
        assert wait_until(lambda: not database.activity("SELECT pg_sleep%"), 5)
    assert database.tables() == []


def test_what_a_killed_one_had_sent_ends_with_it(project, database, whimbrel):
    """The message has steps that come later, and their COMMITs."""
    project.chain("a1")
    project.revision("b2", "CREATE TABLE item (id integer); SELECT pg_sleep(30);")
    project.chain("c3")
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("SELECT pg_sleep%"))
    run.process.kill()
    run.process.wait()
    if database.watches_clients:
        assert wait_until(lambda: not database.activity("SELECT pg_sleep%"), 5)
    assert database.tables() == ["t_a1"] and database.heads() == ["a1"]


# ---- Silence: the network swallows everything, and nothing is closed ----

SILENT = [
    Step("a1", "CREATE TABLE trace (what text)", trace("a1")),
    Step("b2", history.make_table("item"), trace("b2")),
]
COMMIT = rb"^P....\0COMMIT\0"


@pytest.fixture
def judge(project, database):
    history.write(project, SILENT)
    return history.Judge(database, SILENT)


@pytest.fixture
def proxy(cluster):
    with Proxy(cluster) as proxy:
        yield proxy


def assert_carries_on(judge, whimbrel):
    judge.half_way()
    whimbrel("upgrade").ok()
    judge.finished()


def test_swallowed_answer_to_commit_is_found_out(judge, database, whimbrel, proxy):
    proxy.fault = Fault("deafen", pattern=COMMIT, at=3)
    result = whimbrel("upgrade", "--url", proxy.url(database.name), timeout=40).ok()
    assert proxy.fault.struck.is_set() and "failed" not in result.err
    judge.finished()


def test_swallowed_commit_is_found_out(judge, database, whimbrel, proxy):
    proxy.fault = Fault("swallow", pattern=COMMIT, at=3)
    whimbrel("upgrade", "--url", proxy.url(database.name), timeout=40).failed(4, "rolled back")
    assert_carries_on(judge, whimbrel)


def test_swallowed_statement_is_found_out(judge, database, whimbrel, proxy):
    """It shares a message with the step before, which the server got whole."""
    if not database.watches_clients:
        pytest.skip("steps don't share messages")
    proxy.fault = Fault("swallow", CLIENT, pattern=b"CREATE TABLE item")
    whimbrel("upgrade", "--url", proxy.url(database.name), timeout=60).failed(
        4, "b2", "network swallows", "rolled back", "at a1")
    assert proxy.fault.struck.is_set()
    assert_carries_on(judge, whimbrel)


def test_swallowed_answer_to_steps_is_found_out(judge, database, whimbrel, proxy):
    """The server did all that was in the message."""
    if not database.watches_clients:
        pytest.skip("steps don't share messages")
    proxy.fault = Fault("swallow", SERVER, pattern=rb"\AC....INSERT 0 1\0")
    whimbrel("upgrade", "--url", proxy.url(database.name), timeout=60).ok()
    assert proxy.fault.struck.is_set()
    judge.finished()


def test_swallowed_answer_to_a_statement_is_found_out(judge, database, whimbrel, proxy):
    """The COMMIT of a step by itself is only sent when the answer is there."""
    whimbrel("upgrade", "a1").ok()
    proxy.fault = Fault("swallow", SERVER, pattern=rb"\AC....INSERT 0 1\0")
    whimbrel("upgrade", "--url", proxy.url(database.name), timeout=60).failed(4, "b2", "connection", "network swallows")
    assert proxy.fault.struck.is_set()
    assert_carries_on(judge, whimbrel)


@pytest.mark.skipif(STRIDE > 1, reason="takes more than a minute: make torture")
@pytest.mark.timeout(180)
def test_a_server_that_answers_nobody_is_given_up(judge, database, whimbrel, proxy):
    proxy.fault = Fault("swallow", pattern=b"CREATE TABLE item")
    run = whimbrel.start("upgrade", "--url", proxy.url(database.name))
    assert proxy.fault.struck.wait(20)
    proxy.silent = True
    run.finish(150).failed(4, "connection")
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                   "AND pid <> pg_backend_pid()")  # the server would notice one day
    whimbrel("upgrade").ok()


def test_a_signal_during_a_look_is_heeded(project, database, whimbrel, holder):
    project.revision("a1", "CREATE TABLE item (id integer); SELECT pg_sleep(30);")
    run = whimbrel.start("upgrade", "-v")
    run.wait_for("still running", 10)
    start = time.monotonic()
    run.signal(signal.SIGTERM)
    run.finish(20).failed(143)
    assert time.monotonic() - start < 5
    assert database.tables() == []
