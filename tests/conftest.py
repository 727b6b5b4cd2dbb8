"""The fixtures of all tests: a private server, a database per test, a project's folder, the program."""

import os
import signal
from collections import Counter

import pytest

from support.cluster import Cluster, quick_parent
from support.database import PostgreSQL, SQLite
from support.disk import Disk
from support.pgbouncer import PgBouncer
from support.program import Whimbrel
from support.project import Project

ENGINES = ("postgresql", "sqlite")

# They take minutes, and programs that nothing else needs: `make test-containers`.
collect_ignore = [] if os.environ.get("WHIMBREL_CONTAINERS") else ["containers"]

# Behind nohup, or in a script's background, they are ignored, and whimbrel would leave them so.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc):
    """Whatever uses `database`, directly or by `project`, runs once per engine."""
    if "engine" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("engine")
        metafunc.parametrize("engine", marker.args if marker else ENGINES)


def pytest_collection_modifyitems(items):
    """Which tests depend on the server's version: `-m server` (scripts/test-versions)."""
    for item in items:
        engine = item.callspec.params.get("engine") if hasattr(item, "callspec") else None
        marker = item.get_closest_marker("engine")
        on_postgresql = engine == "postgresql" or (marker and marker.args == ("postgresql",))
        if on_postgresql or {"cluster", "own_cluster"} & set(item.fixturenames):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def _shared_cluster():
    with Cluster(parent=quick_parent(), max_wal_size="256MB") as cluster:
        yield cluster


@pytest.fixture
def cluster(_shared_cluster):
    """The run's server. A test that stops it finds it started again."""
    if _shared_cluster.process is None or _shared_cluster.process.poll() is not None:
        _shared_cluster.start()
    return _shared_cluster


@pytest.fixture
def own_cluster():
    """A server for this test alone, for those that stop, kill or configure it."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def database(engine, request, tmp_path):
    """A fresh, empty database."""
    if engine == "postgresql":
        database = PostgreSQL(request.getfixturevalue("cluster"))
    else:
        database = SQLite(tmp_path / "database.db")
    yield database
    database.remove()


@pytest.fixture
def absent_database(engine, request, tmp_path):
    """A database that isn't there yet."""
    if engine == "postgresql":
        database = PostgreSQL(request.getfixturevalue("cluster"), create=False)
    else:
        database = SQLite(tmp_path / "database.db")
    yield database
    database.remove()


@pytest.fixture
def project(database, tmp_path):
    """A project's folder whose whimbrel.ini names `database`."""
    return Project(tmp_path / "project", database.url)


@pytest.fixture
def files(tmp_path):
    """A project's folder without a database."""
    return Project(tmp_path / "project")


@pytest.fixture
def whimbrel(tmp_path):
    """The program, run in the project's folder: see Whimbrel."""
    home = tmp_path / "home"
    home.mkdir()
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)
    whimbrel = Whimbrel(folder, home)
    yield whimbrel
    whimbrel.end()


@pytest.fixture
def survived(record_property):
    """survived(kills=1): what the program has come through, which scripts/test adds up over all tests."""
    counts = Counter()
    yield lambda **more: counts.update(more)
    for what, number in counts.items():
        record_property(what, number)


@pytest.fixture
def disk():
    """A disk of the size that the test mounts it with."""
    disk = Disk()
    yield disk
    disk.remove()


@pytest.fixture(scope="session")
def _poolers(_shared_cluster):
    poolers = {}

    def pooler(mode):
        if mode not in poolers:
            poolers[mode] = PgBouncer(_shared_cluster, mode).start()
        return poolers[mode]

    yield pooler
    for started in poolers.values():
        started.remove()


@pytest.fixture
def pgbouncer(cluster, _poolers):
    """pgbouncer("transaction").url(database.name): the run's PgBouncer of that mode."""
    return _poolers
