"""
The server itself is killed, with all its processes, right after whimbrel has said that a step is done. What was said
must be true afterwards, though the database is set up to acknowledge a COMMIT before it is on the disk.
"""

import os
import signal

import pytest

from support.cluster import Cluster
from support.database import PostgreSQL
from support.project import Project

CRASHES = int(os.environ.get("CRASHES", 4))


@pytest.fixture(scope="module")
def careless_cluster():
    """Nothing is written before somebody insists; fsync is off here, but it is processes that die and no machine."""
    with Cluster(synchronous_commit="off", wal_writer_delay="10s", wal_writer_flush_after="100MB", shared_buffers="1MB",
                 autovacuum="off") as cluster:
        yield cluster


@pytest.fixture
def careless(careless_cluster):
    if careless_cluster.process.poll() is not None:
        careless_cluster.start()
    return careless_cluster


def crash(cluster):
    """SIGKILL to the server's main process and whatever it has started, so that none of them writes anything more."""
    children = [int(pid) for pid in open(f"/proc/{cluster.process.pid}/task/{cluster.process.pid}/children").read().split()]
    for pid in (cluster.process.pid, *children):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    cluster.process.wait(10)
    cluster.restart()
    assert cluster.process.poll() is None, cluster.log.read_text(errors="replace")[-2000:]


def is_lost(cluster):
    """Whether the server loses a row that it has acknowledged itself: else this would be no test."""
    database = PostgreSQL(cluster)
    database.execute("CREATE TABLE t (a integer)")
    database.execute("CHECKPOINT")
    database.execute("INSERT INTO t VALUES (1)")
    crash(cluster)
    return database.query("SELECT * FROM t") == []


def test_the_server_forgets(careless):
    assert any(is_lost(careless) for _ in range(5))


COMMANDS = {
    "each": ["upgrade"],
    "single": ["upgrade", "--single-transaction"],
    "outside": ["upgrade"],
    "stamp": ["stamp", "heads"],
}


@pytest.mark.timeout(60 + 10 * CRASHES)
@pytest.mark.parametrize("how", COMMANDS)
def test_what_is_acknowledged_stays(careless, tmp_path, whimbrel, survived, how):
    database = PostgreSQL(careless)
    project = Project(tmp_path / "careless", database.url)
    ids = project.chain("first", trace="trace")
    whimbrel("upgrade", cwd=project.folder).ok()
    for number in range(CRASHES):
        for id in (f"a{number:03d}", f"b{number:03d}"):
            project.revision(id, f"CREATE TABLE t_{id} (a integer); INSERT INTO trace VALUES ('{id}');",
                             options="transaction:false" if how == "outside" else "")
            ids.append(id)
        whimbrel(*COMMANDS[how], cwd=project.folder).ok()
        crash(careless)
        survived(crashes=1)
        assert database.heads() == ids[-1:]
        traces = sorted(row[0] for row in database.query("SELECT revision FROM trace"))
        assert traces == (ids[:1] if how == "stamp" else sorted(ids))
        states = sorted(database.ledger("revision, state"))
        if how == "stamp":  # a row for each time
            assert states == sorted([("first", "done"), *((id, "resolved") for id in ids[2::2])])
        else:
            assert states == sorted((id, "done") for id in ids)
        database.execute("CHECKPOINT")
