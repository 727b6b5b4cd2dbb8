"""Pairs of schemas from elsewhere, where they are beside the project: each must converge both ways, or be refused."""

import os
import sqlite3

import pytest

from support.corpora import CORPORA, Judge, cases
from support.sqlite_random import fill
from support.sqlite_schema import fingerprint, quote, run_or_empty

pytestmark = pytest.mark.skipif(not cases(), reason="the corpora are not there")

# Why a pair can't be judged as converged.
EXCUSED = {
    # A column that a table has of its own can't become one that it has from its parent alone.
    "apgdiff/modify_inherits": "wrong", "migra/inherit2": "wrong",
    # A table can't become partitioned, nor the other way, without being made anew.
    "migra/partitioning": "refused",
    # The two spellings are what PostgreSQL makes of one and the same, read once and read twice.
    "pgschema/create_index--issue_473_partial_index_in_list": "wrong",
}


@pytest.fixture(scope="module")
def judge(_shared_cluster):
    """FORM=plain judges the statements of --no-online instead."""
    return Judge(_shared_cluster, *(("--no-online",) if os.environ.get("FORM") == "plain" else ()))


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case.relative_to(CORPORA)))
def test_pair_converges(case, judge):
    verdict = judge.judge(case)
    if verdict.outcome == "skipped":
        pytest.skip(verdict.reason)
    assert verdict.outcome == EXCUSED.get(str(case.relative_to(CORPORA)), "converged"), verdict.reason


@pytest.mark.parametrize("case", cases("sqlite"), ids=lambda case: str(case.relative_to(CORPORA)))
def test_sqlite_pair_converges(case, whimbrel, tmp_path):
    """Judged by SQLite's pragmas and by the texts it keeps; with rows that must stay."""
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    for path, name in ((before, "before.sql"), (after, "after.sql")):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript((case / name).read_text())
        if path == before:
            fill(connection, quote)
        connection.close()
    old, new = fingerprint(before), fingerprint(after)
    one, other = f"sqlite:///{before}", f"sqlite:///{after}"
    up, down = whimbrel("diff", one, other).ok().out, whimbrel("diff", "--down", one, other).ok().out
    run_or_empty(before, up)
    assert fingerprint(before) == new
    assert whimbrel("diff", one, other, "--exit-code").ok().out == ""
    run_or_empty(before, down)
    assert fingerprint(before) == old
    assert whimbrel("diff", one, other).ok().out == up
