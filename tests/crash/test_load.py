"""
A live application: its own queries never wait long for a migration that waits for a lock, and the migration gets through
all the same. And a migrator that stands still: the others wait, and nothing happens twice.
"""

import os
import random
import signal
import threading
import time

import psycopg
import pytest

from support import history
from support.history import Step, trace
from support.program import wait_until

RATE = 200  # requests per second
CLIENTS = 10
STOPS = int(os.environ.get("STOPS", 3))


class Load:
    """Clients that ask and change one row each, RATE times a second together; what each request took."""

    def __init__(self, database):
        self.database, self.took, self.errors = database, [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._client, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self):
        self.start = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.seconds = time.monotonic() - self.start

    def _client(self, number):
        dice = random.Random(number)
        due = time.monotonic() + number / RATE
        try:
            with self.database.connect() as connection:
                while not self.over.is_set():
                    time.sleep(max(0, due - time.monotonic()))
                    begin = time.monotonic()
                    row = dice.randrange(1, 1001)
                    if dice.random() < 0.5:
                        connection.execute("SELECT text FROM item WHERE id = %s", (row,))
                    else:
                        connection.execute("UPDATE item SET text = text || '.' WHERE id = %s", (row,))
                    end = time.monotonic()
                    self.took.append(end - begin)
                    due = max(due + CLIENTS / RATE, end)
        except psycopg.Error as error:
            self.errors.append(error)


@pytest.fixture
def live(project, database, whimbrel):
    """A table of a thousand rows, and a revision that needs it for itself."""
    project.revision("a1", history.make_table("item") + "; CREATE TABLE trace (what text);"
                     "INSERT INTO item SELECT i, '' FROM generate_series(1, 1000) AS i;"
                     "ALTER TABLE item ALTER text TYPE text;")
    project.revision("b2", f"{trace('b2')}; ALTER TABLE item ADD COLUMN size integer; {trace('end')};")
    whimbrel("upgrade", "a1").ok()
    return database


def migrate_under_load(database, whimbrel, held, *arguments):
    """Upgrades while the load runs and somebody has read the table in a transaction of `held` seconds."""
    with Load(database) as load, database.connect() as reader:
        assert wait_until(lambda: len(load.took) > RATE / 4)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item")
        run = whimbrel.start("upgrade", *arguments)
        time.sleep(held)
        assert run.process.poll() is None, run.text()
        reader.execute("COMMIT")
        result = run.finish(60).ok()
        time.sleep(0.3)
    assert not load.errors, load.errors[0]
    assert database.columns("item") == ["id", "text", "size"]
    assert database.query("SELECT what FROM trace") == [("b2",), ("end",)]
    return load, result


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("timeout", [0.5, 2])
def test_load_never_waits_long(live, whimbrel, timeout):
    arguments = [] if timeout == 2 else ["--lock-timeout", f"{timeout * 1000:.0f}ms"]  # 2 s are the default
    load, result = migrate_under_load(live, whimbrel, 3.2 * timeout + 0.5, *arguments)
    assert result.err.count("lock timeout") >= 2, result
    assert max(load.took) < timeout + 1, f"somebody waited for {max(load.took):.2f} s"
    # Not half of the time is spent in a queue behind the migration.
    assert len(load.took) > load.seconds * RATE * 0.4, f"{len(load.took)} requests in {load.seconds:.1f} s"


@pytest.mark.engine("postgresql")
def test_load_would_wait_without_the_timeout(live, whimbrel):
    """What the test above would find if there were none."""
    load, _ = migrate_under_load(live, whimbrel, 2, "--lock-timeout", "0")
    assert max(load.took) > 1.5


@pytest.mark.engine("postgresql")
def test_deadlock_with_the_application_is_tried_again(live, project, whimbrel):
    """Two tables in opposite orders. The server ends one of the two: we try again."""
    live.execute("CREATE TABLE other (id integer)")
    project.revision("c3", f"{trace('c3')}; ALTER TABLE item ADD COLUMN price integer; SELECT pg_sleep(0.5);"
                           "ALTER TABLE other ADD COLUMN price integer;")
    whimbrel("upgrade", "b2").ok()
    with live.connect() as application:
        application.execute("SET deadlock_timeout = '1min'")  # so that it is the migration that is chosen
        application.execute("BEGIN")
        application.execute("LOCK TABLE other")
        run = whimbrel.start("upgrade", "--lock-timeout", "30s")
        assert wait_until(lambda: live.activity("%pg_sleep%"))
        waiting = threading.Thread(target=application.execute, args=("LOCK TABLE item",))
        waiting.start()
        waiting.join(20)
        assert not waiting.is_alive(), "the application has got its lock"
        application.execute("COMMIT")
    result = run.finish().ok()
    assert "deadlock" in result.err.lower()
    assert live.query("SELECT what FROM trace WHERE what = 'c3'") == [("c3",)]


# ---- A migrator that stands still ----

HISTORIES = {
    "postgresql": [Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), trace("a1")),
                   Step("b2", trace("b2"), "SELECT pg_sleep(0.2)"),
                   Step("c3", trace("c3 first"), "CREATE INDEX CONCURRENTLY item_text ON item (text)", trace("c3 second"),
                        outside=True),
                   Step("d4", trace("d4"), "SELECT pg_sleep(0.2)", history.make_table("last"))],
    "sqlite": history.SQLITE,
}


@pytest.mark.timeout(120 + 10 * STOPS)
def test_holder_stands_still(project, database, whimbrel, survived):
    """SIGSTOP at a random moment, for seconds, while others wait: when it goes on, it is as if nothing had been."""
    steps = HISTORIES[database.engine]
    history.write(project, steps)
    judge = history.Judge(database, steps)
    start = time.monotonic()
    whimbrel("upgrade").ok()
    length = time.monotonic() - start
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    for number in range(STOPS):
        history.clear(database)
        holder = whimbrel.start("upgrade")
        time.sleep(dice.random() * length)
        holder.signal(signal.SIGSTOP)
        others = [whimbrel.start("run", "--", "echo", "STARTED") for _ in range(3)]
        time.sleep(1.5)
        holder.signal(signal.SIGCONT)
        for each in [holder, *others]:
            result = each.finish(40)
            assert result.code == 0, f"SEED={seed}, stop {number}: {result}"
            assert each is holder or result.out == "STARTED\n"
        judge.finished()
        survived(stops=1)


# ---- A change that create has written ----

SCHEMA = """
CREATE TABLE other (id integer CONSTRAINT other_pkey PRIMARY KEY);
CREATE TABLE trace (what text);
CREATE TABLE item (id integer NOT NULL, text text, other integer{extra});
"""
WANTED = SCHEMA.format(extra="""
    , size integer CHECK (size > 0), CONSTRAINT item_key UNIQUE (id), FOREIGN KEY (other) REFERENCES other""").replace(
        "text text", "text text NOT NULL") + "CREATE INDEX item_other ON item (other);"


@pytest.mark.engine("postgresql")
def test_load_never_waits_long_for_what_create_has_written(project, database, whimbrel):
    """Statements that can't share a transaction, each under the lock timeout, tried again until it gets its lock."""
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")
    (project.folder / "schema.sql").write_text(SCHEMA.format(extra=""))
    whimbrel("create", "first").ok()
    whimbrel("upgrade").ok()
    database.execute("INSERT INTO item SELECT i, '' FROM generate_series(1, 1000) AS i")
    (project.folder / "schema.sql").write_text(WANTED)
    text = (project.folder / whimbrel("create", "second").ok().out.strip()).read_text()
    assert "-- migrate:up transaction:false\n" in text and text.count("CONCURRENTLY") == 3
    with Load(database) as load, database.connect() as reader:
        assert wait_until(lambda: len(load.took) > RATE / 4)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item")
        run = whimbrel.start("upgrade", "--lock-timeout", "500ms")
        time.sleep(2)
        assert run.process.poll() is None, run.text()
        reader.execute("COMMIT")
        result = run.finish(60).ok()
        time.sleep(0.3)
    assert not load.errors, load.errors[0]
    assert result.err.count("lock timeout") >= 2, result
    assert max(load.took) < 1.5, f"somebody waited for {max(load.took):.2f} s"
    assert len(load.took) > load.seconds * RATE * 0.4, f"{len(load.took)} requests in {load.seconds:.1f} s"
    whimbrel("check").ok()


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("how", ["section", "statement"])
def test_a_section_outside_of_a_transaction_may_have_a_lock_timeout_of_its_own(live, project, whimbrel, how):
    """Then it is that one that holds, and not the shorter one of the configuration."""
    option, setting = (" lock-timeout:30s", "") if how == "section" else ("", "SET lock_timeout = '30s';")
    whimbrel("upgrade").ok()
    project.revision("c3", f"{setting} ALTER TABLE item ADD COLUMN price integer;",
                     options="transaction:false" + option)
    with live.connect() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM item")
        run = whimbrel.start("upgrade", "--lock-timeout", "200ms")
        assert wait_until(lambda: live.activity("%ADD COLUMN%"))
        time.sleep(1.5)
        reader.execute("COMMIT")
        result = run.finish(60).ok()
    assert "lock timeout" not in result.err
    assert live.columns("item") == ["id", "text", "size", "price"]


@pytest.mark.engine("postgresql")
def test_what_stops_nobody_is_waited_for(live, project, whimbrel):
    """VALIDATE CONSTRAINT and CREATE INDEX CONCURRENTLY wait, whatever the lock timeout is; others give up in the end."""
    project.revision("c3", "ALTER TABLE item ADD CONSTRAINT c CHECK (id > 0) NOT VALID;", options="transaction:false")
    whimbrel("upgrade").ok()
    project.revision("d4", "ALTER TABLE item VALIDATE CONSTRAINT c;", options="transaction:false")
    with live.connect() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE")
        run = whimbrel.start("upgrade", "--lock-timeout", "200ms")
        assert wait_until(lambda: live.activity("%VALIDATE%"))
        time.sleep(1)
        assert run.process.poll() is None, run.text()
        other.execute("COMMIT")
        assert "lock timeout" not in run.finish(60).ok().err
    project.revision("e5", "ALTER TABLE item ADD COLUMN price integer;", options="transaction:false")
    with live.connect() as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM item")
        done = whimbrel("upgrade", "--lock-timeout", "100ms", env={"WHIMBREL_LOCK_RETRIES": "1"}).failed(1, "lock timeout")
        other.execute("COMMIT")
    assert done.err.count("is tried again") == 1
    whimbrel("upgrade").ok()
    assert live.columns("item") == ["id", "text", "size", "price"]
