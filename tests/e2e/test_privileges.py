"""Owners and privileges: compared with --owners and --privileges, and left alone without. pg_dump is the judge."""

import os
import random
import uuid

import pytest

from support.database import PostgreSQL
from support.fingerprint import fingerprint
from support.rights import pair

pytestmark = pytest.mark.engine("postgresql")

BOTH = ("--owners", "--privileges")


@pytest.fixture
def roles(cluster):
    """Three roles of this test's own, quoted; gone at its end, as roles are the whole server's."""
    mark = uuid.uuid4().hex[:8]
    names = [f"reader_{mark}", f"owner_{mark}", f'"Odd, ro=le_{mark}"']
    for name in names:
        cluster.psql("postgres", script=f"CREATE ROLE {name}")
    yield names
    for name in names:
        cluster.psql("postgres", script=f"DROP ROLE {name}")


@pytest.fixture
def other(cluster):
    """A second database."""
    database = PostgreSQL(cluster)
    yield database
    database.remove()


@pytest.fixture
def write(whimbrel):
    def write(name, text):
        (whimbrel.folder / name).write_text(text)
        return whimbrel.folder / name
    return write


def diff(whimbrel, *words):
    done = whimbrel("diff", *words, "--exit-code")
    assert done.code in (0, 3), done
    return done.out


def seeds():
    """WHIMBREL_RIGHTS=100:200 for more than what every run has."""
    first, _, last = os.environ.get("WHIMBREL_RIGHTS", "1:4").partition(":")
    return range(int(first), int(last))


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_random_rights(whimbrel, roles, database, other, write, seed):
    """Up makes of the one what the other is, down brings it back; a dump says the same as what was dumped."""
    cluster = database.cluster
    first, second = pair(random.Random(seed), roles)
    database.run_script(first)
    other.run_script(second)
    before, after = fingerprint(cluster, database.name), fingerprint(cluster, other.name)
    dump = write("dump.sql", cluster.pg_dump(other.name, "-s"))
    assert diff(whimbrel, other.url, dump, *BOTH) == ""
    up = diff(whimbrel, database.url, other.url, "--no-online", *BOTH)
    down = diff(whimbrel, database.url, dump, "--no-online", "--down", *BOTH)
    cluster.psql(database.name, "-1", "-f", "-", script=up)
    assert diff(whimbrel, database.url, other.url, *BOTH) == ""
    assert fingerprint(cluster, database.name) == after
    cluster.psql(database.name, "-1", "-f", "-", script=down)
    assert fingerprint(cluster, database.name) == before
