"""
What is shipped is built, installed as people install it, and used. That takes minutes: `make test-packages` runs it, nothing
else does (norecursedirs in pytest.ini).
"""

import pytest

from support.packages import Use, build
from support.program import Whimbrel


def pytest_collection_modifyitems(items):
    """The first test that needs a package waits for its build."""
    for item in items:
        item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def tree():
    """The installed static program: bin/whimbrel, share/."""
    return build("build-static")[0]


@pytest.fixture
def installed(tmp_path):
    """installed(program, …): that one, called in the folder of the test's project."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return lambda *command, folder=tmp_path / "project": Whimbrel(folder, home, command)


@pytest.fixture
def use(project, database):
    return Use(project, database)
