"""Pairs of schemas from elsewhere, where they are beside the project: each must converge both ways, or be refused."""

import pytest

from support.corpora import CORPORA, Judge, cases

pytestmark = [pytest.mark.slow, pytest.mark.engine("postgresql"),
              pytest.mark.skipif(not cases(), reason="the corpora are not there")]

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
    return Judge(_shared_cluster)


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case.relative_to(CORPORA)))
def test_pair_converges(case, judge):
    verdict = judge.judge(case)
    if verdict.outcome == "skipped":
        pytest.skip(verdict.reason)
    assert verdict.outcome == EXCUSED.get(str(case.relative_to(CORPORA)), "converged"), verdict.reason
