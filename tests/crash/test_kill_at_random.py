"""
SIGKILL at any moment while the database works, with a second starter at once: it goes on whatever it finds, and each
statement has had its effect once. The application starts after the end only.
"""

import os
import random
import time

import pytest

from support import history
from support.history import Step, trace

KILLS = int(os.environ.get("KILLS", 100))

# Work that takes the server its time, most of it outside of transactions.
SLOW = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), history.SLOW_FUNCTION,
         "INSERT INTO item SELECT i, i FROM generate_series(1, 15) i", trace("a1")),
    Step("b2", "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id))"),
    Step("c3", trace("c3 first"), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS item_both ON item (text, slow(id))",
         "REINDEX INDEX CONCURRENTLY item_slow", trace("c3 second"), "DROP INDEX CONCURRENTLY item_slow",
         trace("c3 third"), outside=True),
    Step("d4", "ALTER TABLE item ADD COLUMN price integer", "SELECT pg_sleep(0.05)", trace("d4")),
]

SINGLE = history.transactional(history.POSTGRESQL)


# By percent of all kills, so that two workers share them.
POSTGRESQL = {"slow": (20, SLOW), "slow again": (20, SLOW), "short": (12, history.POSTGRESQL),
              "single": (8, SINGLE, "--single-transaction")}
SQLITE = {"delete": 20, "wal": 20}


@pytest.mark.timeout(60 + 4 * KILLS)
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("way", POSTGRESQL)
def test_postgresql(project, database, whimbrel, survived, way):
    percent, steps, *arguments = POSTGRESQL[way]
    kill_and_go_on(project, database, whimbrel, survived, KILLS * percent // 100, steps, *arguments)


@pytest.mark.timeout(60 + 4 * KILLS)
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("mode", SQLITE)
def test_sqlite(project, database, whimbrel, survived, mode):
    kill_and_go_on(project, database, whimbrel, survived, KILLS * SQLITE[mode] // 100, history.SQLITE,
                   prepare=lambda: database.execute(f"PRAGMA journal_mode = {mode}"))


def kill_and_go_on(project, database, whimbrel, survived, kills, steps, *arguments, prepare=lambda: None):
    history.write(project, steps)
    judge = history.Judge(database, steps)
    start = time.monotonic()
    whimbrel("upgrade", *arguments).ok()
    length = time.monotonic() - start
    judge.finished()
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    killed = rounds = 0
    while killed < kills:
        rounds += 1
        assert rounds < 100 + 10 * kills, f"{killed} of {kills}: it is always through before"
        history.clear(database)
        prepare()
        # Every second time the one that goes on is killed too.
        for _ in range(1 + rounds % 2):
            run = whimbrel.start("run", *arguments, "--", "echo", "STARTED")
            time.sleep(dice.random() * length)
            alive = run.process.poll() is None
            run.process.kill()
            run.process.wait()
            killed += alive
            survived(kills=alive)
            assert alive or run.process.returncode == 0, f"SEED={seed}, kill {killed}: {run.text()}"
            if "STARTED" in run.text():
                judge.finished()
        if rounds % 4 == 0:
            judge.half_way()
        result = whimbrel("run", *arguments, "--", "echo", "STARTED")
        assert result.code == 0 and result.out == "STARTED\n", f"SEED={seed}, kill {killed}: {result}"
        judge.finished()


@pytest.mark.timeout(60 + 4 * KILLS)
def test_on_the_way_back(project, database, whimbrel, survived):
    """The tables are those of the revision that the heads table names, whenever it is killed; then it goes on to the end."""
    ids = project.chain("a1", "b2", "c3", "d4", "e5", "f6")
    whimbrel("upgrade").ok()
    start = time.monotonic()
    whimbrel("downgrade", "base", "--yes").ok()
    length = time.monotonic() - start
    dice = random.Random(int(os.environ.get("SEED", time.time())))
    kills, killed = max(1, KILLS // 10), 0
    for _ in range(20 + 10 * kills):
        if killed == kills:
            break
        whimbrel("upgrade").ok()
        run = whimbrel.start("downgrade", "base", "--yes")
        time.sleep(dice.random() * length)
        alive = run.process.poll() is None
        run.process.kill()
        run.process.wait()
        history.wait_until_alone(database)
        heads = database.heads()
        left = ids[:ids.index(heads[0]) + 1] if heads else []
        assert database.tables() == [f"t_{id}" for id in left]
        last = {revision: direction for revision, direction in database.query(
            "SELECT revision, direction FROM whimbrel_ledger WHERE state = 'done' ORDER BY id")}
        assert {id for id, direction in last.items() if direction == "up"} == set(left), last
        killed += alive
        survived(kills=alive)
        whimbrel("downgrade", "base", "--yes").ok()
        assert database.tables() == [] and not database.heads()
    assert killed == kills
