"""Many at once: the lock's holder dies, poolers stand in between, another migrator does not know the lock."""

import os
import subprocess
import sys
import time

import pytest

from support import history
from support.history import Step, trace
from support.pgbouncer import PgBouncer
from support.program import wait_until

pytestmark = pytest.mark.engine("postgresql")

STARTERS = int(os.environ.get("STARTERS", 64))

STEPS = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), history.SLOW_FUNCTION,
         "INSERT INTO item SELECT i, i FROM generate_series(1, 20) i", trace("a1")),
    Step("b2", "SELECT pg_sleep(0.2)", trace("b2")),
    Step("c3", "CREATE INDEX CONCURRENTLY item_slow ON item (slow(id))"),
    Step("d4", trace("d4"), "SELECT pg_sleep(0.2)", history.make_table("last")),
]

MIXED = [
    *STEPS[:3],
    Step("d4", trace("d4 first"), "SELECT pg_sleep(0.2)",
         "CREATE INDEX CONCURRENTLY item_both ON item (slow(id), text)", trace("d4 second"), "VACUUM item",
         trace("d4 third"), outside=True),
]


@pytest.fixture
def judge(project, database, steps):
    history.write(project, steps)
    return history.Judge(database, steps)


def ways(name, steps):
    return [pytest.param(steps, way, id=f"{name}-{way}") for way in ("direct", "session", "transaction")]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("steps, way", [*ways("transactional", history.transactional(STEPS)),
                                        *ways("index", STEPS), *ways("mixed", MIXED)])
@pytest.mark.parametrize("begun", [False, True], ids=["empty", "half"])
def test_all_starters_succeed(judge, database, whimbrel, request, way, begun):
    if begun:
        whimbrel("upgrade", "b2").ok()
    url = database.url if way == "direct" else request.getfixturevalue("pgbouncer")(way).url(database.name)
    starters = [whimbrel.start("run", "--url", url, "--", "echo", "STARTED") for _ in range(STARTERS)]
    results = [starter.finish(200) for starter in starters]
    wrong = [result for result in results if result.code or result.out != "STARTED\n"]
    assert not wrong, f"{len(wrong)} of {STARTERS}, for instance {wrong[0]}"
    judge.finished()
    assert database.locks() == []


@pytest.mark.parametrize("steps", [STEPS])
def test_next_starter_goes_on_when_the_holder_is_killed(judge, database, whimbrel):
    holder = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("SELECT pg_sleep%"))
    waiting = [whimbrel.start("upgrade") for _ in range(3)]
    for each in waiting:
        each.wait_for("another migrator")
    holder.process.kill()
    start = time.monotonic()
    for each in waiting:
        each.finish().ok()
    assert time.monotonic() - start < 10
    judge.finished()


@pytest.mark.parametrize("steps", [STEPS])
def test_each_holder_in_turn_is_killed(judge, database, whimbrel):
    starters = [whimbrel.start("upgrade") for _ in range(6)]
    for _ in range(5):
        time.sleep(0.15)
        holders = {pid for (pid,) in database.query(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")}
        running = [each for each in starters if each.process.poll() is None]
        if len(running) > 1 and holders:
            running[0].process.kill()
            running[0].process.wait()
            starters.remove(running[0])
    assert [each.finish().code for each in starters] == [0] * len(starters)
    judge.finished()


# ---- Alembic, which knows nothing of the lock ----

ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine({url!r}).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""

VERSION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = {id!r}, {parent!r}, None, None
def upgrade():
    for sql in {statements!r}:
        op.execute(sql)
"""


@pytest.fixture
def alembic(tmp_path, database):
    """Starts the real Alembic on the same ids and the same statements."""
    folder = tmp_path / "alembic"
    (folder / "versions").mkdir(parents=True)
    (folder / "script.py.mako").touch()
    url = f"postgresql+psycopg://whimbrel@/{database.name}?host={database.cluster.folder}&port={database.cluster.port}"
    (folder / "env.py").write_text(ENV.format(url=url))
    (folder / "alembic.ini").write_text(f"[alembic]\nscript_location = {folder}\n")
    started = []

    def start(steps):
        parent = None
        for step in steps:
            (folder / "versions" / f"{step.id}.py").write_text(
                VERSION.format(id=step.id, parent=parent, statements=step.statements))
            parent = step.id
        started.append(subprocess.Popen([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=folder,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        return started[-1]
    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


BESIDE = [STEPS[0], *[Step(id, history.make_table(f"t_{id}"), "SELECT pg_sleep(0.1)", trace(id))
                      for id in ("b2", "c3", "d4", "e5", "f6", "g7")]]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("steps", [BESIDE])
@pytest.mark.parametrize("ahead", ["a1", "c3"])
def test_alembic_beside(judge, steps, database, whimbrel, alembic, ahead):
    """They take turns at the heads table's row: each revision is applied once, by one of them. It may fail, not we."""
    whimbrel("upgrade", ahead).ok()
    other = alembic(steps)
    time.sleep(0.4)
    ours = [whimbrel.start("upgrade") for _ in range(3)]
    for each in ours:
        each.finish().ok()
    other.wait(60)
    history.wait_until_alone(database)
    assert database.heads() == [steps[-1].id]
    assert history.things(database) == judge.after[-1][-1]


# ---- The lock: who has it, and who has lost it ----

HELD = [
    Step("a1", "CREATE TABLE trace (what text)", trace("a1")),
    Step("b2", trace("b2 first"), "SELECT pg_sleep(1)", trace("b2 second"), "VACUUM trace", trace("b2 third"),
         outside=True),
]


def holders(database):
    return [pid for (pid,) in database.locks()]


@pytest.mark.parametrize("steps", [HELD])
@pytest.mark.parametrize("first, second", [("direct", "transaction"), ("transaction", "direct")])
def test_a_pooled_and_a_direct_one_exclude_each_other(judge, database, whimbrel, pgbouncer, first, second):
    urls = {"direct": database.url, "transaction": pgbouncer("transaction").url(database.name)}
    holder = whimbrel.start("upgrade", "--url", urls[first])
    assert wait_until(lambda: database.activity("SELECT pg_sleep%"))
    waiting = whimbrel.start("upgrade", "--url", urls[second])
    waiting.wait_for("another migrator")
    assert f"process {holders(database)[0]} (whimbrel" in waiting.text()
    holder.finish().ok()
    waiting.finish().ok()
    judge.finished()


@pytest.mark.parametrize("steps", [HELD])
@pytest.mark.parametrize("waiting", [False, True], ids=["alone", "another-waits"])
def test_a_lost_guard_is_noticed(judge, database, whimbrel, pgbouncer, waiting):
    url = pgbouncer("transaction").url(database.name)
    run = whimbrel.start("upgrade", "--url", url)
    assert wait_until(lambda: database.activity("SELECT pg_sleep%"))
    other = whimbrel.start("upgrade", "--url", url) if waiting else None
    if other:
        other.wait_for("another migrator")
    database.query(f"SELECT pg_terminate_backend({holders(database)[0]})")
    run.finish().ok()
    if other:
        other.finish().ok()
    run.wait_for("the lock was lost")
    assert history.things(database) == judge.after[-1][-1]
    assert database.heads() == ["b2"] and holders(database) == []


def test_a_revision_that_releases_the_lock_is_noticed(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE trace (what text); SELECT pg_advisory_unlock_all(); "
                           f"{trace('first')}; VACUUM trace; {trace('second')};", options="transaction:false")
    whimbrel("upgrade").failed(0, "the lock was lost")
    assert database.query("SELECT what FROM trace") == [("first",), ("second",)]
    assert database.heads() == ["a1"]


def test_a_pool_of_one_is_told(project, database, cluster, whimbrel):
    project.chain("a1", trace="trace")
    pooler = PgBouncer(cluster, "transaction", default_pool_size=1, query_wait_timeout=2).start()
    try:
        whimbrel("upgrade", "--url", pooler.url(database.name)).failed(4, "no second server connection", "at least two")
    finally:
        pooler.remove()
    assert database.heads() in (None, []) and holders(database) == []
    whimbrel("upgrade").ok()


# ---- A server without advisory locks, or one whose functions this role may not call ----

@pytest.fixture
def lockless_url(database):
    """The URL of a role that owns the database and may take no advisory locks."""
    role = f"lockless_{database.name}"
    database.admin(f"CREATE ROLE {role} LOGIN IN ROLE pg_read_all_stats")
    database.admin(f'ALTER DATABASE "{database.name}" OWNER TO {role}')
    database.execute(f"ALTER SCHEMA public OWNER TO {role}")
    database.execute("REVOKE EXECUTE ON FUNCTION pg_try_advisory_lock(bigint), pg_try_advisory_xact_lock(bigint) "
                     "FROM PUBLIC")
    yield f"postgresql://{role}@/{database.name}?host={database.cluster.folder}&port={database.cluster.port}"
    database.admin(f'ALTER DATABASE "{database.name}" OWNER TO {database.cluster.user}')
    database.execute(f"DROP OWNED BY {role} CASCADE")
    database.admin(f"DROP ROLE {role}")


@pytest.mark.parametrize("steps", [MIXED])
def test_all_starters_succeed_without_advisory_locks(judge, database, whimbrel, lockless_url):
    starters = [whimbrel.start("run", "--url", lockless_url, "--", "echo", "STARTED") for _ in range(STARTERS)]
    assert [starter.finish(100).out for starter in starters] == ["STARTED\n"] * STARTERS
    assert any("another migrator" in starter.text() and "(whimbrel on" in starter.text() for starter in starters)
    judge.finished()


def test_a_strangers_database_is_refused_without_advisory_locks(project, database, whimbrel, lockless_url):
    project.chain("a1")
    database.execute("CREATE TABLE customers (id integer)")
    for _ in range(2):
        whimbrel("upgrade", "--url", lockless_url).failed(6, "public.customers")
    assert database.heads() is None
