"""Pairs of schemas with the SQL that leads from one to the other and back, as text, run, and seen in what it does."""

import os

import pytest

from support.fingerprint import fingerprint, identities, row_counts
from support.golden import cases, diff, expect, words_of

CASES = cases("postgresql")

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request, cluster):
    roles = words_of(request.param, "roles")
    for role in roles:
        cluster.psql("postgres", script=f"CREATE ROLE {role}")
    yield request.param
    for role in roles:
        cluster.psql("postgres", script=f"DROP ROLE {role}")


FORMS = {"plain": ("--no-online", ""), "online": (None, "online_")}


@pytest.fixture(params=["plain", pytest.param("online", marks=pytest.mark.slow)])
def form(request):
    return request.param


def script(case, form, direction):
    """The file of that form; that of the other one where there is no difference."""
    path = case / f"{FORMS[form][1]}{direction}.sql"
    return path if path.exists() or form == "plain" else case / f"{direction}.sql"


def test_text(case, whimbrel, database, form):
    words = [case / "before.sql", case / "after.sql", "--scratch", database.url, *words_of(case, "options")]
    words += [FORMS[form][0]] if FORMS[form][0] else []
    for direction, option in (("up", []), ("down", ["--down"])):
        text = diff(whimbrel, *words, *option)
        path = script(case, form, direction)
        if os.environ.get("UPDATE_GOLDEN") and form == "online":
            path = case / f"online_{direction}.sql"
            path.unlink(missing_ok=True)
            if text == (case / f"{direction}.sql").read_text():
                continue
        expect(path, text)


@pytest.mark.slow
def test_round_trip(case, whimbrel, database, form):
    """Up makes what after.sql makes, down what before.sql made; rows and tables stay. pg_dump is asked, and whimbrel."""
    cluster = database.cluster
    database.run_script((case / "before.sql").read_text())
    before, known, rows = (look(cluster, database.name) for look in (fingerprint, identities, row_counts))
    run_script(database, form, script(case, form, "up").read_text())
    assert diff(whimbrel, database.url, case / "after.sql", *words_of(case, "options")) == ""
    assert_kept(cluster, database.name, known, rows)
    run_script(database, form, script(case, form, "down").read_text())
    assert diff(whimbrel, database.url, case / "before.sql", *words_of(case, "options")) == ""
    assert fingerprint(cluster, database.name) == before


def run_script(database, form, text):
    """As one transaction, or statement by statement."""
    options = ("-1",) if form == "plain" else ()
    database.cluster.psql(database.name, *options, "-f", "-", script=text)


def assert_kept(cluster, name, known, rows):
    now = identities(cluster, name)
    assert [key for key in known if key in now and now[key] != known[key]] == []
    counts = row_counts(cluster, name)
    assert {table: counts.get(table, count) for table, count in rows.items()} == rows


@pytest.mark.slow
def test_a_schema_and_itself(case, whimbrel, database):
    """Also by way of its own dump."""
    database.run_script((case / "after.sql").read_text())
    dumped = whimbrel.folder / "dump.sql"
    dumped.write_text(database.cluster.pg_dump(database.name, "-s"))
    assert diff(whimbrel, database.url, case / "after.sql", *words_of(case, "options")) == ""
    assert diff(whimbrel, database.url, dumped, *words_of(case, "options")) == ""
