"""
SIGKILL at any moment while the server works, with a second starter at once: it goes on whatever it finds, and each
statement has had its effect once.
"""

import os
import random
import time

import pytest

from support import history
from support.history import Step, trace

pytestmark = pytest.mark.engine("postgresql")

KILLS = int(os.environ.get("KILLS", 20))

STEPS = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), history.SLOW_FUNCTION,
         "INSERT INTO item SELECT i, i FROM generate_series(1, 50) i", trace("a1")),
    Step("b2", "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id))"),
    Step("c3", trace("c3 first"), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS item_both ON item (text, slow(id))",
         "REINDEX INDEX CONCURRENTLY item_slow", trace("c3 second"), "DROP INDEX CONCURRENTLY item_slow",
         trace("c3 third"), outside=True),
    Step("d4", "ALTER TABLE item ADD COLUMN price integer", "SELECT pg_sleep(0.2)", trace("d4")),
]


@pytest.mark.timeout(60 + 10 * KILLS)
def test_second_starter_goes_on(project, database, whimbrel):
    history.write(project, STEPS)
    judge = history.Judge(database, STEPS)
    start = time.monotonic()
    whimbrel("upgrade").ok()
    judge.finished()
    length = time.monotonic() - start
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    for number in range(KILLS):
        history.clear(database)
        # Every second time the one that goes on is killed too.
        for _ in range(1 + number % 2):
            run = whimbrel.start("upgrade")
            time.sleep(dice.random() * length)
            run.process.kill()
            run.process.wait()
        if number % 4 == 0:
            judge.half_way()
        result = whimbrel("upgrade")
        assert result.code == 0, f"SEED={seed}, kill {number}: {result}"
        judge.finished()
