"""A primary dies and its standby takes over; replicas are refused as targets, and waited for."""

import re
import signal
import subprocess
import time

import pytest

from support import history
from support.cluster import Cluster, as_unprivileged, find_program
from support.database import PostgreSQL
from support.history import Step, trace
from support.program import wait_until
from support.project import Project
from support.standby import Standby

pytestmark = pytest.mark.engine("postgresql")

STEPS = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), trace("a1")),
    Step("b2", history.make_table("second"), trace("b2")),
    Step("c3", history.make_table("third"), "SELECT pg_sleep(0.7) AS long", trace("c3")),
    Step("d4", trace("d4 first"), "CREATE INDEX CONCURRENTLY item_text ON item (text)", trace("d4 second"),
         outside=True),
    Step("e5", history.make_table("last"), trace("e5")),
]

SLOW_INDEX = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), history.SLOW_FUNCTION,
         "INSERT INTO item SELECT i, i FROM generate_series(1, 100) i", trace("a1")),
    Step("b2", trace("b2 first"), "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id))", trace("b2 second"),
         outside=True),
    Step("c3", history.make_table("last"), trace("c3")),
]


def version_of(program):
    """15 of `pg_receivewal (PostgreSQL) 15.6`."""
    words = subprocess.run([find_program(program), "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"\) (\d+)", words)[1])


class Pair:
    """A primary and its standby, and a project whose URL names both. `database` is that of the primary of now."""

    def __init__(self, blank, folder, whimbrel):
        self.primary = Cluster(copy_of=blank)
        self.standby = Standby(self.primary)
        try:
            self.primary.start()
            self.standby.start()
            self.database = PostgreSQL(self.primary)
        except BaseException:
            self.remove()
            raise
        self.project = Project(folder, self.url(self.primary, self.standby))
        self.whimbrel = whimbrel

    def url(self, *clusters):
        hosts, ports = (",".join(map(str, values)) for values in zip(*((c.folder, c.port) for c in clusters)))
        return f"postgresql://whimbrel@/{self.database.name}?host={hosts}&port={ports}"

    def write(self, steps=STEPS):
        """The revisions; what they lead to."""
        history.write(self.project, steps)
        self.judge = history.Judge(self.database, steps)
        assert self.follows()

    def set_primary(self, key, value):
        self.primary.psql("postgres", "-c", f"ALTER SYSTEM SET {key} = '{value}'")
        self.primary.psql("postgres", "-c", "SELECT pg_reload_conf()")

    def follows(self):
        """The standby has all that the primary has."""
        behind = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()"
        return wait_until(lambda: self.primary.psql("postgres", "-c", behind).strip() == "1")

    def start(self, *arguments):
        return self.whimbrel.start(*arguments, cwd=self.project.folder)

    def __call__(self, *arguments):
        return self.whimbrel(*arguments, cwd=self.project.folder)

    def kill_primary(self, how=signal.SIGQUIT):
        """By its process id, which is our child's."""
        self.primary.stop(how)

    def fail_over(self, how=signal.SIGQUIT):
        self.kill_primary(how)
        self.standby.promote()
        self.database.cluster = self.standby

    def at(self, text="%AS long"):
        assert wait_until(lambda: self.database.activity(text))

    def remove(self):
        self.standby.remove()
        self.primary.remove()


@pytest.fixture(scope="module")
def blank():
    """A cluster that is never started, to be copied."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def pair(blank, tmp_path, whimbrel):
    pair = Pair(blank, tmp_path / "pair", whimbrel)
    yield pair
    whimbrel.end()
    pair.remove()


# ---- Failover in the middle ----

@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["quit", "kill"])
@pytest.mark.parametrize("synchronous", [False, True], ids=["async", "sync"])
def test_run_carries_on(pair, how, synchronous):
    pair.write()
    if synchronous:
        pair.set_primary("synchronous_standby_names", "standby")
    run = pair.start("run", "--wait", "30s", "--", "echo", "STARTED")
    pair.at()
    pair.fail_over(how)
    result = run.finish().ok()
    assert result.out == "STARTED\n"
    # It is c3's, or b2's when the answer to its COMMIT, which travels with c3, was lost as well.
    assert re.search(r"connection lost in revision (b2|c3) after .*, trying again", result.err), result
    assert "waiting for the database" in result.err, result
    assert "failed" not in result.err and "error:" not in result.err, result
    pair.judge.finished()


def test_upgrade_without_wait_is_for_the_next_try(pair):
    pair.write()
    run = pair.start("upgrade")
    pair.at()
    pair.fail_over()
    run.finish().failed(4, "connection")
    pair.judge.half_way()
    pair("upgrade").ok()
    pair.judge.finished()


def test_steps_that_the_standby_never_got_are_run_again(pair):
    """An asynchronous standby: a step that was reported done is gone, its table together with its heads row."""
    pair.write()
    pair("upgrade", "a1").ok()
    assert pair.follows()
    pair.standby.cut_off()
    run = pair.start("upgrade", "--wait", "30s")
    pair.at()
    pair.fail_over()
    result = run.finish().ok()
    assert result.err.count("upgrade b2") == 2, result  # once on each primary
    pair.judge.finished()


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no-wait"])
def test_commit_that_waits_for_its_standby(pair, wait):
    """Written on the primary, not on the standby, and without an answer when the primary dies: it has not happened."""
    pair.write()
    pair("upgrade", "a1").ok()
    assert pair.follows()
    pair.standby.cut_off()
    pair.set_primary("synchronous_standby_names", "standby")
    run = pair.start("upgrade", *(["--wait", "30s"] if wait else []))
    pair.at("COMMIT%")
    pair.fail_over()
    if wait:
        run.finish().ok()
    else:
        run.finish().failed(4, "b2", "rolled back", "run the same command again")
        pair.judge.half_way()
        pair("upgrade").ok()
    pair.judge.finished()


def test_index_that_was_being_built(pair):
    """The new primary has an INVALID one, and a journal that says so."""
    pair.write(SLOW_INDEX)
    run = pair.start("run", "--wait", "30s", "--", "echo", "STARTED")
    pair.at("CREATE INDEX%")
    assert pair.follows()
    pair.fail_over()
    result = run.finish().ok()
    assert "item_slow is INVALID" in result.err, result
    assert result.out == "STARTED\n"
    pair.judge.finished()


def test_downgrade_of_one_step_takes_back_one(pair):
    pair.write(STEPS[:3])
    path = next(pair.project.migrations.glob("*_c3.sql"))
    down = "SELECT pg_sleep(0.7) AS long; DROP TABLE third; DELETE FROM trace WHERE what = 'c3';"
    path.write_text(path.read_text().replace("-- migrate:down\nSELECT 1;", f"-- migrate:down\n{down}"))
    pair("upgrade").ok()
    run = pair.start("downgrade", "-1", "--yes", "--wait", "30s")
    pair.at()
    assert pair.follows()
    pair.fail_over()
    run.finish().ok()
    assert pair.database.heads() == ["b2"]
    assert pair.database.tables() == ["item", "second", "trace"]


def test_nobody_takes_over(pair):
    pair.write()
    run = pair.start("run", "--wait", "2s", "--", "echo", "STARTED")
    pair.at()
    pair.kill_primary()
    start = time.monotonic()
    result = run.finish().failed(4, "connection", "run the same command again", "waiting for the database")
    assert 1 < time.monotonic() - start < 10
    assert result.out == ""
    pair.standby.promote()
    pair.database.cluster = pair.standby
    pair.judge.half_way()
    pair("upgrade").ok()
    pair.judge.finished()


def test_signal_while_nobody_takes_over(pair):
    pair.write()
    run = pair.start("run", "--wait", "60s", "--", "echo", "STARTED")
    pair.at()
    pair.kill_primary()
    run.wait_for("waiting for the database")
    run.signal(signal.SIGTERM)
    assert run.finish(5).failed(143, "cancelled").out == ""


def test_address_that_leads_to_the_replica_for_a_while(pair):
    """One host, as behind a name that moves: what answers there is given time to be promoted."""
    pair.write()
    pair("upgrade", "a1").ok()
    assert pair.follows()
    folder = pair.project.folder / "socket"
    folder.mkdir()
    name = folder / ".s.PGSQL.5432"

    def point(cluster):
        name.unlink(missing_ok=True)
        name.symlink_to(cluster.folder / f".s.PGSQL.{cluster.port}")

    point(pair.primary)
    url = f"postgresql://whimbrel@/{pair.database.name}?host={folder}"
    run = pair.start("run", "--url", url, "--wait", "30s", "--", "echo", "STARTED")
    pair.at()
    pair.kill_primary()
    point(pair.standby)
    run.wait_for("read-only replica")
    pair.standby.promote()
    pair.database.cluster = pair.standby
    assert run.finish().ok().out == "STARTED\n"
    pair.judge.finished()


def test_mode_wait_goes_on_waiting(pair):
    pair.write()
    run = pair.start("run", "--mode", "wait", "--wait", "30s", "--", "echo", "STARTED")
    run.wait_for("pending revisions")
    pair.fail_over()
    run.wait_for("connection lost")
    pair("upgrade").ok()
    assert run.finish().ok().out == "STARTED\n"


# ---- Which host, and replicas as targets ----

def test_primary_is_found_behind_its_standby(pair):
    pair.write()
    pair("upgrade", "--url", pair.url(pair.standby, pair.primary)).ok()
    pair.judge.finished()


def test_url_may_ask_for_any_host(pair):
    pair.write()
    url = pair.url(pair.standby, pair.primary) + "&target_session_attrs=any"
    pair("upgrade", "--url", url).failed(4, "read-only replica", "target_session_attrs", str(pair.primary.folder))
    pair("upgrade", "--url", pair.url(pair.primary)).ok()


def test_no_primary_among_the_hosts(pair):
    pair.write()
    pair.kill_primary()
    pair("upgrade").failed(4, "no host is the primary")
    pair("upgrade", "--wait", "1s").failed(4, "no host is the primary", "waiting for the database")


def test_replica_is_refused(pair):
    pair.write()
    url = pair.url(pair.standby)
    for arguments in (["upgrade"], ["run", "--", "echo", "STARTED"], ["stamp", "a1"], ["resolve", "a1", "--done"]):
        arguments[1:1] = ["--url", url]
        result = pair(*arguments).failed(4, "is a read-only replica", "primary", "HOST1,HOST2", "--mode check")
        assert "STARTED" not in result.out
    pair("upgrade").ok()
    assert pair.follows()
    pair("downgrade", "--url", url, "-1", "--yes").failed(4, "is a read-only replica")
    pair.judge.finished()


def test_replica_with_nothing_to_do(pair):
    pair.write()
    url = pair.url(pair.standby)
    pair("run", "--mode", "check", "--url", url, "--", "echo", "STARTED").failed(3, "5 revisions are pending")
    waiting = pair.start("run", "--mode", "wait", "--url", url, "--", "echo", "STARTED")
    waiting.wait_for("pending revisions")
    pair("upgrade").ok()
    assert waiting.finish().ok().out == "STARTED\n"
    for arguments in (["upgrade"], ["run", "--", "true"], ["run", "--mode", "check", "--", "true"],
                      ["status"], ["run", "--wait-replicas", "--", "true"]):
        pair(*arguments[:1], "--url", url, *arguments[1:]).ok()


# ---- --wait-replicas ----

def test_replicas_are_waited_for(pair):
    pair.write()
    pair.standby.run("SELECT pg_wal_replay_pause()")
    run = pair.start("run", "--wait-replicas=30s", "--", "echo", "STARTED")
    run.wait_for("waiting for replicas to follow")
    time.sleep(0.3)
    assert run.process.poll() is None and "STARTED" not in run.text()
    pair.standby.run("SELECT pg_wal_replay_resume()")
    result = run.finish().ok()
    assert result.out == "STARTED\n" and "1 replica has followed" in result.err, result
    replayed = PostgreSQL.__new__(PostgreSQL)
    replayed.cluster, replayed.name = pair.standby, pair.database.name
    assert replayed.heads() == ["e5"]


def test_replicas_that_do_not_follow(pair):
    pair.write()
    pair.standby.run("SELECT pg_wal_replay_pause()")
    result = pair("run", "--wait-replicas=500ms", "--", "echo", "STARTED")
    result.failed(3, "the database is migrated", "1 of 1 replica has not followed", "standby is", "behind")
    assert result.out == "" and pair.database.heads() == ["e5"]
    # The next start has nothing to apply, and must not start the application either.
    assert pair("run", "--wait-replicas=200ms", "--", "echo", "STARTED").failed(3, "not followed").out == ""
    assert pair("run", "--", "echo", "STARTED").ok().out == "STARTED\n"
    pair.standby.run("SELECT pg_wal_replay_resume()")
    pair.judge.finished()
    pair.project.config(wait_replicas="20s")
    assert pair("run", "--", "echo", "STARTED").ok().out == "STARTED\n"
    pair("downgrade", "d4", "--yes", "--wait-replicas").ok()


def test_replicas_that_may_not_be_seen(pair):
    """Found before anything is changed."""
    pair.write()
    pair.database.execute("CREATE ROLE plain LOGIN; GRANT CREATE, USAGE ON SCHEMA public TO plain")
    url = pair.url(pair.primary, pair.standby).replace("whimbrel@", "plain@")
    pair("upgrade", "--url", url, "--wait-replicas").failed(4, "may not see", "GRANT pg_monitor")
    assert pair.database.heads() is None
    pair.database.execute("GRANT pg_monitor TO plain")
    pair("upgrade", "--url", url, "--wait-replicas").ok()


def test_who_is_no_replica_is_not_waited_for(pair):
    """An archive's receiver never tells of replaying; a standby that has gone is not there to be asked."""
    if version_of("pg_receivewal") < version_of("postgres"):
        pytest.skip("pg_receivewal is older than the server, which it does not serve then")
    pair.write()
    pair.standby.stop()
    folder = pair.primary.folder / "archive"
    subprocess.run(as_unprivileged(["mkdir", str(folder)]), check=True)
    receiver = subprocess.Popen(as_unprivileged([
        find_program("pg_receivewal"), "-D", str(folder), "-h", str(pair.primary.folder), "-p", str(pair.primary.port),
        "-U", pair.primary.user]))
    try:
        senders = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND write_lsn IS NOT NULL"
        assert wait_until(lambda: pair.database.query(senders) == [(1,)])
        result = pair("upgrade", "--wait-replicas=5s").ok()
        assert "replica" not in result.err, result
    finally:
        receiver.terminate()
        receiver.wait()
