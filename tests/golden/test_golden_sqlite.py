"""The pairs of schemas for SQLite: as text, run, and judged by SQLite's own pragmas and texts. Rows stay."""

import sqlite3
import subprocess

import pytest

from support.golden import cases, diff, expect
from support.sqlite_schema import assert_kept, fingerprint, rows, run

CASES = cases("sqlite")

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


def test_text(case, whimbrel, database):
    scratch = ("--scratch", database.url)
    expect(case / "up.sql", diff(whimbrel, case / "before.sql", case / "after.sql", *scratch))
    expect(case / "down.sql", diff(whimbrel, case / "before.sql", case / "after.sql", "--down", *scratch))


def test_round_trip(case, whimbrel, database, tmp_path):
    wanted = tmp_path / "wanted.db"
    sqlite3.connect(wanted).executescript((case / "after.sql").read_text())
    database.run_script((case / "before.sql").read_text())
    before, known = fingerprint(database.path, texts=False), rows(database.path)
    run(database.path, (case / "up.sql").read_text())
    assert diff(whimbrel, database.url, case / "after.sql") == ""
    assert fingerprint(database.path, texts=False) == fingerprint(wanted, texts=False)
    there = rows(database.path)
    assert_kept(known, there)
    run(database.path, (case / "down.sql").read_text())
    assert diff(whimbrel, database.url, case / "before.sql") == ""
    assert fingerprint(database.path, texts=False) == before
    assert_kept(there, rows(database.path))


def test_a_schema_and_itself(case, whimbrel, database):
    """Also by way of its own dump."""
    database.run_script((case / "after.sql").read_text())
    dumped = whimbrel.folder / "dump.sql"
    dumped.write_text(subprocess.run(["sqlite3", database.path, ".dump"], check=True, capture_output=True, text=True).stdout)
    assert diff(whimbrel, database.url, case / "after.sql") == ""
    assert diff(whimbrel, database.url, dumped) == ""
