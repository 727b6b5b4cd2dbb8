"""The connection is cut, at every message in turn, before and after a COMMIT; or swallows everything."""

import os
import signal
import time

import pytest

from support import history
from support.proxy import CLIENT, SERVER, Fault, Proxy

pytestmark = pytest.mark.engine("postgresql")

# Of the message boundaries, the short form tries every so manieth.
STRIDE = int(os.environ.get("STRIDE", 24))


@pytest.fixture
def proxy(cluster):
    with Proxy(cluster) as proxy:
        yield proxy


@pytest.fixture
def steps(project, single):
    steps = history.transactional(history.POSTGRESQL) if single else history.POSTGRESQL
    history.write(project, steps)
    return steps


@pytest.fixture
def upgrade(whimbrel, database, proxy, single):
    """Upgrades through the proxy; with `past=True` the plain command on the server itself."""
    def upgrade(*arguments, past=False):
        url = database.url if past else proxy.url(database.name)
        return whimbrel("upgrade", "--url", url, *(["--single-transaction"] if single else []), *arguments)
    return upgrade


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("single", [False, True], ids=["each", "single"])
@pytest.mark.parametrize("side, how", [(CLIENT, "cut"), (SERVER, "cut")])
def test_cut_at_every_message(database, steps, proxy, upgrade, survived, side, how):
    judge = history.Judge(database, steps)
    for number in range(1, 1 << 30, STRIDE):
        proxy.fault = Fault(how, side, at=number)
        result = upgrade()
        if not proxy.fault.struck.is_set():
            break
        assert result.code in (0, 4), f"{side} {number}: {result}"
        judge.half_way()
        upgrade(past=True).ok()
        judge.finished()
        survived(cuts=1)
        history.clear(database)
    result.ok()
    judge.finished()


# ---- COMMIT ----

COMMIT = rb"^P....\0COMMIT\0"


@pytest.fixture
def short(project, database):
    """A transactional history of three revisions, and its judge."""
    steps = [history.Step("a1", "CREATE TABLE trace (what text)", history.trace("a1"))]
    steps += [history.Step(id, history.make_table(f"t_{id}"), history.trace(id)) for id in ("b2", "c3")]
    history.write(project, steps)
    return history.Judge(database, steps)


# The first COMMIT is that of the heads table and the ledger.
COMMITS = [(False, 2), (False, 3), (False, 4), (True, 2)]


@pytest.mark.parametrize("single, number", COMMITS)
def test_commit_that_the_server_got_is_found_out(short, proxy, upgrade, survived, single, number):
    proxy.fault = Fault("cut_after", pattern=COMMIT, at=number)
    result = upgrade().ok()
    assert proxy.fault.struck.is_set()
    assert "failed" not in result.err and "rolled back" not in result.err, result
    assert all(result.err.count(f"step {id}") for id in ("a1", "b2", "c3")), result
    short.finished()
    survived(cuts=1)


@pytest.mark.parametrize("single, number", COMMITS)
def test_commit_that_the_server_did_not_get_is_an_error(short, proxy, upgrade, survived, single, number):
    proxy.fault = Fault("cut", pattern=COMMIT, at=number)
    upgrade().failed(4, "connection", "rolled back", "run the same command again")
    short.half_way()
    upgrade(past=True).ok()
    short.finished()
    survived(cuts=1)


@pytest.mark.parametrize("single", [False])
def test_one_step_stays_one_step(short, proxy, upgrade, single, whimbrel, database):
    """Of a relative target, what is left is meant: not as much again from where the database is now."""
    url = proxy.url(database.name)
    whimbrel("upgrade", "a1").ok()
    proxy.fault = Fault("cut_after", pattern=COMMIT, at=2)
    whimbrel("upgrade", "+1", "--url", url).ok()
    assert proxy.fault.struck.is_set() and database.heads() == ["b2"]
    upgrade(past=True).ok()
    proxy.fault = Fault("cut_after", pattern=COMMIT, at=2)
    whimbrel("downgrade", "-1", "--yes", "--url", url).ok()
    assert proxy.fault.struck.is_set() and database.heads() == ["b2"]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("single", [False, True], ids=["each", "single"])
@pytest.mark.parametrize("side", [CLIENT, SERVER])
def test_cut_at_every_message_is_carried_on_with(database, steps, proxy, upgrade, side, single):
    """With a wait, the same run does it."""
    judge = history.Judge(database, steps)
    for number in range(1, 1 << 30, STRIDE):
        proxy.fault = Fault("cut", side, at=number)
        result = upgrade("--wait", "20s").ok()
        if not proxy.fault.struck.is_set():
            break
        judge.finished()
        history.clear(database)
    judge.finished()
    assert "connection lost" not in result.err, result


@pytest.mark.parametrize("single", [False, True])
def test_commit_whose_outcome_cannot_be_asked_for(short, proxy, upgrade, single, cluster, whimbrel, database):
    """The database stays away: neither done nor rolled back is claimed."""
    proxy.fault = Fault("cut_after", pattern=COMMIT, at=2)
    run = whimbrel.start("upgrade", "--url", proxy.url(database.name), *(["--single-transaction"] if single else []))
    assert proxy.fault.struck.wait(20)
    proxy.listener.close()
    result = run.finish(60)
    if result.code:  # it may have been back before the door was closed
        result.failed(4, "not known", "run the same command again")
        assert "rolled back" not in result.err
    upgrade(past=True).ok()
    short.finished()


# ---- Silence ----

@pytest.mark.parametrize("single", [False])
@pytest.mark.parametrize("how", ["deafen"] if STRIDE > 1 else ["deafen", "swallow"])
def test_signal_ends_a_run_that_waits_for_a_silent_server(short, proxy, upgrade, single, how, whimbrel, database):
    """With nothing but silence after a COMMIT, nothing is claimed about it."""
    upgrade("a1", past=True).ok()
    proxy.fault = Fault(how, pattern=COMMIT, at=2)
    run = whimbrel.start("upgrade", "--url", proxy.url(database.name))
    assert proxy.fault.struck.wait(20)
    time.sleep(0.2)
    run.signal(signal.SIGTERM)
    result = run.finish(20).failed(143, "revision b2", "not known", "run the same command again")
    assert "rolled back" not in result.err, result
    with database.connect() as connection:  # the server would notice one day
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                           "AND pid <> pg_backend_pid()")
    short.half_way()
    upgrade(past=True).ok()
    short.finished()


@pytest.mark.parametrize("single", [False])
@pytest.mark.parametrize("side", [CLIENT, SERVER])
def test_slow_network(short, proxy, upgrade, single, side):
    proxy.fault = Fault("delay", side, at=40, seconds=1)
    upgrade().ok()
    assert proxy.fault.struck.is_set()
    short.finished()
