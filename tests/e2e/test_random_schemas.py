"""
Random PostgreSQL schemas and random edits of them converge both ways: up makes the one, down the other, and then there is no
difference left. `SCHEMAS=1000 SEED=5 FORM=plain` says how many, which one is the first, and that it is by --no-online.
What fails is shown as the smallest pair that fails.
"""

import os

import pytest

from support.pg_random import Pairs, pair

SCHEMAS, SEED = int(os.environ.get("SCHEMAS", "24")), int(os.environ.get("SEED", "1"))


@pytest.fixture(scope="module")
def pairs(_shared_cluster):
    pairs = Pairs(_shared_cluster, *(("--no-online",) if os.environ.get("FORM") == "plain" else ()))
    yield pairs
    pairs.close()


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(SEED, SEED + SCHEMAS))
def test_random_schemas_converge(seed, pairs):
    before, after = pair(seed)
    verdict, taken = pairs.compare(before, after)
    if verdict.outcome in ("converged", "refused"):
        return
    smallest = pairs.smallest(*taken, lambda other: other.outcome == verdict.outcome)
    verdict, _ = pairs.compare(*smallest)
    pytest.fail("\n".join([verdict.reason, "-- before", *(f"{text};" for text in smallest[0]),
                           "-- after", *(f"{text};" for text in smallest[1])]), pytrace=False)
