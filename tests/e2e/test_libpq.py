"""libpq is loaded when a PostgreSQL server is to be talked to, and its absence is explained."""

import subprocess

import pytest


@pytest.fixture
def libraries(tmp_path, whimbrel):
    """A folder in which the program looks for libraries first."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    whimbrel.environment["LD_LIBRARY_PATH"] = str(folder)
    return folder


def make_empty_library(folder):
    subprocess.run(["gcc", "-shared", "-o", folder / "libpq.so.5", "-x", "c", "/dev/null"], check=True)


@pytest.mark.engine("postgresql")
def test_a_library_that_can_not_be_loaded(project, database, whimbrel, libraries):
    (libraries / "libpq.so.5").write_bytes(b"")
    project.chain("a1")
    whimbrel("upgrade").failed(1, "client library can't be loaded", "libpq.so.5", "too short", "libpq5")


@pytest.mark.engine("postgresql")
def test_a_library_without_the_functions(project, database, whimbrel, libraries):
    make_empty_library(libraries)
    project.chain("a1")
    whimbrel("run", "--wait", "30s", "--", "true").failed(1, "too old", "PQ", "PostgreSQL 14")


@pytest.mark.engine("sqlite")
def test_sqlite_does_without(project, database, whimbrel, libraries):
    (libraries / "libpq.so.5").write_bytes(b"")
    project.chain("a1")
    whimbrel("upgrade").ok()


@pytest.mark.engine("postgresql")
def test_a_wrong_file_is_told_while_the_connection_is_under_way(project, database, whimbrel):
    project.write("broken.sql", "no header\n")
    whimbrel("upgrade").failed(1, "broken.sql")
