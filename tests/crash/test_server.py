"""The server's side goes away, stands still, or comes back; signals to whimbrel at every kind of moment."""

import os
import signal
import time

import pytest

from support import history
from support.cluster import Cluster, free_port
from support.database import PostgreSQL
from support.history import Step, trace
from support.program import wait_until
from support.project import Project
from support.proxy import CLIENT, Fault, Proxy

pytestmark = pytest.mark.engine("postgresql")

STRIDE = int(os.environ.get("STRIDE", 5))

SIGNALS = [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]


def terminate(database, like="%"):
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                   f"pid <> pg_backend_pid() AND query LIKE '{like}'")


# ---- Terminated ----

@pytest.mark.timeout(3600)
def test_terminated_at_each_batch_of_statements(project, database, whimbrel, cluster, survived):
    """The message is held back while the session it is for is ended."""
    history.write(project, history.POSTGRESQL)
    judge = history.Judge(database, history.POSTGRESQL)
    with Proxy(cluster) as proxy:
        for number in range(1, 1 << 30, STRIDE):
            # A Sync ends each batch.
            proxy.fault = fault = Fault("delay", CLIENT, pattern=rb"^S\x00\x00\x00\x04$", at=number, seconds=0.3)
            run = whimbrel.start("upgrade", "--url", proxy.url(database.name))
            wait_until(lambda: fault.struck.is_set() or run.process.poll() is not None)
            if not fault.struck.is_set():
                break
            terminate(database)
            result = run.finish()
            assert result.code in (0, 4), f"{number}: {result}"
            judge.half_way()
            whimbrel("upgrade").ok()
            judge.finished()
            survived(terminations=1)
            history.clear(database)
        run.finish().ok()
        judge.finished()


LONG = [
    Step("a1", "CREATE TABLE trace (what text)", trace("a1")),
    Step("b2", history.make_table("item"), "SELECT pg_sleep(1) AS long", trace("b2")),
    Step("c3", history.make_table("last"), trace("c3")),
]
LONG_OUTSIDE = [LONG[0], Step("b2", *LONG[1].statements, outside=True), LONG[2]]


@pytest.fixture(params=["inside", "outside"])
def long(request, project, database, whimbrel):
    """A history with a long statement, and its judge; `judge.run` has come to it."""
    steps = LONG if request.param == "inside" else LONG_OUTSIDE
    history.write(project, steps)
    judge = history.Judge(database, steps)
    judge.run = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%AS long"))
    return judge


def finish(judge, whimbrel):
    judge.half_way()
    whimbrel("upgrade", "--wait", "20s").ok()
    judge.finished()


def test_terminated_inside_a_long_statement(long, database, whimbrel):
    terminate(database, "%AS long")
    long.run.finish().failed(4, "b2", "terminat")
    finish(long, whimbrel)


@pytest.mark.parametrize("often", [1, 3])
def test_terminated_inside_a_long_statement_of_a_run_that_waits(project, database, whimbrel, often):
    """It goes on by itself, but not for ever: what ends its connections may be what it runs."""
    history.write(project, LONG)
    judge = history.Judge(database, LONG)
    run = whimbrel.start("run", "--wait", "20s", "--", "echo", "STARTED")
    for _ in range(often):
        [(pid, _)] = wait_until(lambda: database.activity("%AS long"))
        database.query(f"SELECT pg_terminate_backend({pid})")
        assert wait_until(lambda: database.query(f"SELECT FROM pg_stat_activity WHERE pid = {pid}") == [])
    result = run.finish()
    if often == 1:
        assert result.ok().out == "STARTED\n"
        assert "connection lost in revision" in result.err and "failed" not in result.err, result
    else:
        result.failed(4, "terminat", "the connection was lost 3 times")
        finish(judge, whimbrel)
    judge.finished()


DEADLY_COMMIT = """
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER last AFTER INSERT ON trace DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION die();
    INSERT INTO trace VALUES ('b2');
"""


@pytest.mark.parametrize("wait", [True, False])
def test_commit_that_always_ends_the_connection(project, database, whimbrel, wait):
    project.revision("a1", "CREATE TABLE trace (what text);")
    project.revision("b2", DEADLY_COMMIT)
    result = whimbrel("upgrade", *(["--wait", "20s"] if wait else [])).failed(4, "b2", "terminat")
    assert ("The connection was lost 3 times" in result.err) == wait, result
    assert database.heads() == ["a1"] and database.tables() == ["trace"]


def test_cancelled_by_somebody_else(long, database, whimbrel):
    database.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%AS long'")
    long.run.finish().failed(1, "b2", "0002_b2.sql", "cancel")
    finish(long, whimbrel)


@pytest.mark.parametrize("number, code", SIGNALS)
def test_signal_during_a_statement(long, database, whimbrel, number, code):
    start = time.monotonic()
    long.run.signal(number)
    long.run.finish().failed(code, "b2")
    assert time.monotonic() - start < 0.9, "it was not cancelled on the server"
    finish(long, whimbrel)
    assert database.locks() == []


def test_killed_during_a_statement_leaves_no_lock(long, database, whimbrel):
    """The next starter waits for what the server is still at, and goes on."""
    long.run.process.kill()
    long.run.process.wait()
    whimbrel("upgrade").ok()
    long.finished()


def test_server_process_stands_still(long, database, whimbrel):
    """Nothing is lost, a signal ends the wait, and the next starter is told who holds the lock."""
    [(pid, _)] = database.activity("%AS long")
    os.kill(pid, signal.SIGSTOP)
    try:
        whimbrel("upgrade", "--lock-wait", "1s").failed(5, f"process {pid}", "whimbrel")
        start = time.monotonic()
        long.run.signal(signal.SIGTERM)
        long.run.finish(30).failed(143)
        assert time.monotonic() - start < 15
    finally:
        os.kill(pid, signal.SIGCONT)
    finish(long, whimbrel)


# ---- Stopped and started again ----

@pytest.fixture(scope="module")
def own_cluster():
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def own(own_cluster, tmp_path, whimbrel):
    """A project on a server of its own: `database`, `judge`, and `run`, which has come to the long statement."""
    class Own:
        database = PostgreSQL(own_cluster)
        project = Project(tmp_path / "own", database.url)

        def start(self, steps, text):
            history.write(self.project, steps)
            self.judge = history.Judge(self.database, steps)
            self.run = whimbrel.start("upgrade", cwd=self.project.folder)
            assert wait_until(lambda: self.database.activity(text))

        def finish(self):
            self.judge.half_way()
            whimbrel("upgrade", "--wait", "20s", cwd=self.project.folder).ok()
            self.judge.finished()
    return Own()


def test_backend_killed(own):
    """As by a kernel that is out of memory: the whole server restarts."""
    own.start(LONG, "%AS long")
    [(pid, _)] = own.database.activity("%AS long")
    os.kill(pid, signal.SIGKILL)
    own.run.finish()  # it may be back in time to be asked what became of the COMMIT of a1, and to go on
    assert wait_until(own.database.cluster.is_ready)
    own.finish()


SLOW_INDEX = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), history.SLOW_FUNCTION,
         "INSERT INTO item SELECT i, i FROM generate_series(1, 100) i", trace("a1")),
    Step("b2", trace("b2 first"), "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id))", trace("b2 second"),
         outside=True),
    Step("c3", history.make_table("last"), trace("c3")),
]


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGINT], ids=["immediate", "fast"])
@pytest.mark.parametrize("steps, text", [(LONG, "%AS long"), (SLOW_INDEX, "CREATE INDEX%")], ids=["inside", "index"])
def test_server_restarted(own, how, steps, text):
    own.start(steps, text)
    own.database.cluster.stop(how)
    own.run.finish().failed(4, "b2")
    own.database.cluster.start()
    own.finish()


# ---- Commits that do not wait for the disk ----

@pytest.fixture
def forgetful(tmp_path):
    """Where the database asks for it, a COMMIT is answered before it is written, and a crash takes it back."""
    with Cluster(wal_writer_delay="10s", synchronous_commit="off") as cluster:
        database = PostgreSQL(cluster)
        database.project = Project(tmp_path / "own", database.url)
        yield database


def crash(cluster):
    cluster.stop(signal.SIGKILL)
    for _ in range(20):  # its processes notice by themselves that it has gone
        try:
            return cluster.start()
        except RuntimeError:
            time.sleep(0.2)
    raise AssertionError("the server does not come back")


def test_what_was_reported_done_survives_a_crash(forgetful, whimbrel):
    for number in range(3 if STRIDE > 1 else 200):
        forgetful.project.revision(f"a{number}", f"CREATE TABLE t{number} (id integer);")
        forgetful.project.revision(f"b{number}", f"CREATE INDEX CONCURRENTLY i{number} ON t{number} (id);")
        whimbrel("upgrade", cwd=forgetful.project.folder).ok()
        with forgetful.connect() as connection:
            connection.execute("CREATE TABLE other (id integer)")
            crash(forgetful.cluster)
        assert "other" not in forgetful.tables(), "the server did not forget: nothing is shown"
        assert forgetful.heads() == [f"b{number}"]
        assert forgetful.tables() == sorted(f"t{i}" for i in range(number + 1))
        assert forgetful.query("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text ~ '^i'") \
            == [(number + 1,)]
        assert len(forgetful.ledger()) == 2 * (number + 1)


# ---- Signals while it waits ----

@pytest.mark.parametrize("number, code", SIGNALS)
def test_signal_while_it_waits_for_the_lock(long, whimbrel, number, code):
    waiting = whimbrel.start("upgrade")
    waiting.wait_for("another migrator")
    waiting.signal(number)
    waiting.finish(5).failed(code)
    long.run.finish().ok()
    long.finished()


@pytest.mark.parametrize("number, code", SIGNALS)
def test_signal_while_it_waits_for_the_database(project, whimbrel, number, code):
    waiting = whimbrel.start("upgrade", "--wait", "60s", "--url", f"postgresql://x@127.0.0.1:{free_port()}/x")
    waiting.wait_for("waiting")
    waiting.signal(number)
    waiting.finish(5).failed(code)


@pytest.mark.parametrize("number, code", SIGNALS)
def test_signal_while_it_waits_for_a_table(project, database, whimbrel, number, code):
    steps = [Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), trace("a1")),
             Step("b2", trace("b2"), "ALTER TABLE item ADD COLUMN price integer")]
    history.write(project, steps)
    judge = history.Judge(database, steps)
    whimbrel("upgrade", "a1").ok()
    with database.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM item")
        run = whimbrel.start("upgrade", "--lock-timeout", "200ms")
        run.wait_for("lock timeout")  # once at least, in the pause or in the next try
        run.signal(number)
        run.finish(5).failed(code, "b2")
    finish(judge, whimbrel)
