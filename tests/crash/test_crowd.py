"""Crowds of starters, round after round, on both engines; and signals at any moment."""

import os
import random
import signal
import time

import pytest

from support import history
from support.history import Step, trace
from support.program import wait_until

ROUNDS = int(os.environ.get("ROUNDS", 2))
CROWD = 24

# Nothing in them can run twice unseen; some are what two at once would trip over without a lock.
CROWDED = {
    "postgresql": [
        Step("a1", "CREATE TABLE trace (what text)", "CREATE TABLE IF NOT EXISTS item (id integer PRIMARY KEY, text varchar(20))",
             "SELECT pg_sleep(0.05)", trace("a1")),
        Step("b2", "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "SELECT pg_sleep(0.05)", trace("b2")),
        Step("c3", "CREATE INDEX CONCURRENTLY item_text ON item (text)"),
        Step("d4", "INSERT INTO item SELECT i, i FROM generate_series(1, 1000) i", "SELECT pg_sleep(0.05)", trace("d4")),
        Step("e5", history.make_table("last"), "SELECT pg_sleep(0.05)", trace("e5")),
    ],
    "sqlite": history.SQLITE,
}


@pytest.fixture
def crowd(project, database, whimbrel, survived):
    """crowd(gather): rounds of what `gather` does with a crowd, each on an empty database, and judged."""
    steps = CROWDED[database.engine]
    history.write(project, steps)
    judge = history.Judge(database, steps)

    def crowd(gather, prepare=lambda: None):
        for _ in range(ROUNDS):
            history.clear(database)
            prepare()
            gather(whimbrel, survived)
            judge.finished()
            if gather is all_succeed:  # who takes up what was cut off writes a row of its own
                assert len(database.ledger()) == len(steps)
            survived(starters=CROWD)
    return crowd


def all_succeed(whimbrel, survived):
    """All exit 0, and each becomes its application, once there is nothing more to do."""
    starters = [whimbrel.start("run", "--", "sh", "-c", "echo STARTED") for _ in range(CROWD)]
    results = [starter.finish(90) for starter in starters]
    wrong = [result for result in results if result.code or result.out != "STARTED\n"]
    assert not wrong, f"{len(wrong)} of {CROWD}, for instance {wrong[0]}"


def some_are_killed(whimbrel, survived):
    """Every second one, soon after it has come: whoever is left goes on, at once."""
    dice = random.Random()
    others = []
    for _ in range(CROWD // 2):
        victim = whimbrel.start("upgrade")
        others.append(whimbrel.start("upgrade"))
        time.sleep(dice.random() * 0.02)
        alive = victim.process.poll() is None
        victim.process.kill()
        victim.process.wait()
        survived(kills=alive)
    results = [other.finish(90) for other in others]
    wrong = [result for result in results if result.code]
    assert not wrong, f"{len(wrong)} of {len(others)}, for instance {wrong[0]}"


gathering = pytest.mark.parametrize("gather", [all_succeed, some_are_killed])


@pytest.mark.timeout(100 + 30 * ROUNDS)
@pytest.mark.engine("postgresql")
@gathering
def test_crowd_on_a_server(crowd, gather):
    crowd(gather)


@pytest.mark.timeout(100 + 30 * ROUNDS)
@pytest.mark.engine("sqlite")
@gathering
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_crowd_on_a_file(crowd, database, gather, mode):
    crowd(gather, prepare=lambda: database.execute(f"PRAGMA journal_mode = {mode}"))


SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.timeout(100 + 30 * ROUNDS)
@pytest.mark.parametrize("single", [False, True], ids=["each", "single"])
def test_signal_at_any_moment(project, database, whimbrel, single):
    """It ends with the signal's status, or was through before; nothing half is left, and no lock."""
    steps = CROWDED[database.engine]
    arguments = []
    if single:
        steps, arguments = history.transactional(steps), ["--single-transaction"]
    history.write(project, steps)
    judge = history.Judge(database, steps)
    start = time.monotonic()
    whimbrel("upgrade", *arguments).ok()
    length = time.monotonic() - start
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    cut_off = 0
    for number in range(6 * ROUNDS):
        history.clear(database)
        sent = SIGNALS[number % len(SIGNALS)]
        run = whimbrel.start("run", *arguments, "--", "echo", "STARTED")
        time.sleep(dice.random() * length)
        run.signal(sent)
        result = run.finish(20)
        # Before main has begun, and after the program has become the application, the signal is the system's.
        assert result.code in (0, 128 + sent), f"SEED={seed}, {number}: {result}"
        assert not result.out or "starting echo" in result.err, result  # it may be hit when it has said its word
        cut_off += result.code != 0
        if database.engine == "postgresql":
            history.wait_until_alone(database)
            assert database.locks() == []
        judge.half_way()
        whimbrel("upgrade", *arguments).ok()
        judge.finished()
    assert cut_off, "it was always through before"


# ---- With nothing to do, the lock is not asked for ----

@pytest.mark.engine("postgresql")
def test_up_to_date_database_needs_no_lock(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "SELECT pg_sleep(0.5);")
    run = whimbrel.start("upgrade")
    assert wait_until(database.locks)
    [(key,)] = database.query("SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory'")
    run.finish().ok()
    with database.connect() as somebody:
        somebody.execute(f"SELECT pg_advisory_lock({key})")
        for command in (["upgrade"], ["run", "--", "true"], ["status"]):
            whimbrel(*command, env={"WHIMBREL_LOCK_WAIT": "0"}).ok()
        project.chain("c3")
        whimbrel("upgrade", env={"WHIMBREL_LOCK_WAIT": "200ms"}).failed(5)


@pytest.mark.engine("sqlite")
def test_up_to_date_file_needs_no_lock(project, database, whimbrel):
    """Not the folder's, and not SQLite's: it is only read."""
    project.config(url=f"{database.url}?timeout=0")
    project.chain("a1")
    whimbrel("upgrade").ok()
    writer = database.connect()
    writer.execute("BEGIN IMMEDIATE")
    for command in (["upgrade"], ["run", "--", "true"], ["status"]):
        whimbrel(*command).ok()
    writer.close()
