"""
Schemas of other people (WHIMBREL_SCHEMAS, see CONTRIBUTING.md): each must be the same as itself and as its own dump, be
made from nothing and be taken away again. pg_dump judges, and SQLite's pragmas: what pg_dump itself does not bring along,
or spells otherwise the second time, is judged as it is after that.
"""

import os
import subprocess

import pytest

from support.foreign import FOLDER, Schemas, load_sqlite, name_of, text_of, variants
from support.program import PROGRAM
from support.sqlite_schema import connect, fingerprint, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900),
              pytest.mark.skipif(not FOLDER, reason="WHIMBREL_SCHEMAS names no folder")]

POSTGRESQL, SQLITE = list(variants(sqlite=False)), list(variants(sqlite=True))


@pytest.fixture(scope="module")
def schemas():
    schemas = Schemas()
    yield schemas
    schemas.close()


def diff(*words):
    done = subprocess.run([PROGRAM, "diff", *words], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def converges(verdict):
    """The reason on one line is what pytest's summary shows."""
    if verdict.outcome != "converged":
        reason = "\n".join(line for line in verdict.reason.splitlines() if "NOTICE" not in line)
        pytest.fail(f"{verdict.outcome}: {reason}", pytrace=False)


@pytest.mark.server
@pytest.mark.parametrize("variant", POSTGRESQL, ids=name_of)
def test_postgresql(variant, schemas):
    with schemas.database() as name:
        schemas.load_foreign(name, variant)
        if not schemas.has_objects(name):
            pytest.skip("nothing is left after the script")
        url = schemas.cluster.url(name)
        assert diff(url, url) == ""
        with schemas.database(like=name) as dumped, schemas.database(like=name) as fresh:
            if schemas.restore(name, dumped):
                assert diff(url, schemas.cluster.url(dumped)) == ""
            converges(schemas.judge.compare(fresh, dumped))


@pytest.mark.server
@pytest.mark.skipif(not os.environ.get("WHIMBREL_PAIRS"), reason="WHIMBREL_PAIRS is not set")
@pytest.mark.parametrize("pair", list(zip(POSTGRESQL, POSTGRESQL[1:])), ids=lambda pair: " ".join(map(name_of, pair)))
def test_postgresql_pair(pair, schemas):
    """From each file to the next one and back; by way of dumps, as rows would be in the way of new constraints."""
    with schemas.database() as one, schemas.database() as other, schemas.database() as before, \
            schemas.database() as after:
        for source, target, variant in ((one, before, pair[0]), (other, after, pair[1])):
            schemas.load_foreign(source, variant)
            if not schemas.restore(source, target):
                pytest.skip("a dump is not what was dumped")
        converges(schemas.judge.compare(before, after))


@pytest.mark.parametrize("variant", SQLITE, ids=name_of)
def test_sqlite(variant, tmp_path):
    path, fresh, dumped = (tmp_path / f"{name}.db" for name in ("schema", "fresh", "dumped"))
    load_sqlite(path, variant)
    connect(fresh).execute("VACUUM")
    nothing, wanted = fingerprint(fresh), fingerprint(path)
    if wanted == nothing:
        pytest.skip("nothing is left after the script")
    one, other = (f"sqlite:///{place}" for place in (path, fresh))
    assert diff(one, one) == ""
    script = subprocess.run(["sqlite3", path, ".dump"], capture_output=True, text=True, errors="replace").stdout
    subprocess.run(["sqlite3", dumped], input=script, text=True, capture_output=True)
    if fingerprint(dumped) == wanted:
        assert diff(one, f"sqlite:///{dumped}") == ""
    up, down = diff(other, one), diff("--down", other, one)
    run(fresh, up)
    assert fingerprint(fresh) == wanted
    assert diff(other, one) == ""
    run(fresh, down)
    assert fingerprint(fresh) == nothing
