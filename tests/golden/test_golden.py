"""Pairs of schemas with the SQL that leads from one to the other and back, as text, run, and seen in what it does."""

import pytest

from support.fingerprint import fingerprint, identities, row_counts
from support.golden import cases, diff, expect

CASES = cases("postgresql")

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


def test_text(case, whimbrel, database):
    scratch = ("--scratch", database.url)
    expect(case / "up.sql", diff(whimbrel, case / "before.sql", case / "after.sql", *scratch))
    expect(case / "down.sql", diff(whimbrel, case / "before.sql", case / "after.sql", "--down", *scratch))


def test_round_trip(case, whimbrel, database):
    """Up makes what after.sql makes, down what before.sql made; rows and tables stay. pg_dump is asked, and whimbrel."""
    cluster = database.cluster
    database.run_script((case / "before.sql").read_text())
    before, known, rows = (look(cluster, database.name) for look in (fingerprint, identities, row_counts))
    database.run_script("BEGIN;\n" + (case / "up.sql").read_text() + "COMMIT;\n")
    assert diff(whimbrel, database.url, case / "after.sql") == ""
    assert_kept(cluster, database.name, known, rows)
    database.run_script("BEGIN;\n" + (case / "down.sql").read_text() + "COMMIT;\n")
    assert diff(whimbrel, database.url, case / "before.sql") == ""
    assert fingerprint(cluster, database.name) == before


def assert_kept(cluster, name, known, rows):
    now = identities(cluster, name)
    assert [key for key in known if key in now and now[key] != known[key]] == []
    counts = row_counts(cluster, name)
    assert {table: counts.get(table, count) for table, count in rows.items()} == rows


def test_a_schema_and_itself(case, whimbrel, database):
    """Also by way of its own dump."""
    database.run_script((case / "after.sql").read_text())
    dumped = whimbrel.folder / "dump.sql"
    dumped.write_text(database.cluster.pg_dump(database.name, "-s"))
    assert diff(whimbrel, database.url, case / "after.sql") == ""
    assert diff(whimbrel, database.url, dumped) == ""
