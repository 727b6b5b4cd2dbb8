"""The unit tests of the PostgreSQL session need a server, which only these tests start."""

import subprocess

import pytest

from support.program import BUILD


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_session(engine, database, whimbrel):
    done = subprocess.run([str(BUILD / "tests" / "unit" / "test_db_pg_session")], cwd=whimbrel.folder, timeout=100,
                          env=whimbrel.environment | {"WB_TEST_PG": database.url}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
