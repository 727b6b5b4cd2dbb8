"""What the tests of packages share: building them by the project's scripts, and what an installed program must be able to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.program import ROOT

VERSION = (ROOT / "VERSION").read_text().strip()


def run(*command, **options):
    """What it printed; it must end with 0."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace", **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def build(script, *arguments):
    """The files that a script of the project's has built, as it printed their names."""
    return [ROOT / name for name in run(ROOT / "scripts" / script, *arguments).split()]


def documented(command):
    """A command that docs/installing.md tells people to type."""
    assert f"\n    {command}\n" in (ROOT / "docs" / "installing.md").read_text(), command
    return command


def type_command(command, folder, **environment):
    """As people do who are where dist/ is."""
    link = folder / "dist"
    if not link.exists():
        link.symlink_to(ROOT / "dist")
    return run("sh", "-c", documented(command), cwd=folder, env=os.environ | environment)


MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


class Use:
    """What an installed program must be able to do, however it came to be there."""

    def __init__(self, project, database):
        self.project, self.database = project, database

    def migrate(self, whimbrel):
        assert whimbrel("version").ok().out.startswith(f"whimbrel {VERSION}")
        self.project.chain("a1", "b2")
        whimbrel("upgrade").ok()
        assert self.database.tables() == ["t_a1", "t_b2"] and self.database.heads() == ["b2"]
        whimbrel("downgrade", "-1", "--yes").ok()
        assert self.database.tables() == ["t_a1"]

    def read_models(self, whimbrel, python=sys.executable):
        """By the part that is written in Python, which the program must find."""
        (self.project.folder / "models.py").write_text(MODELS)
        result = whimbrel("create", "users", "--schema", f"command:{python} -m whimbrel.sqlalchemy models").ok()
        assert "CREATE TABLE users" in (self.project.folder / result.out.strip()).read_text().replace("public.", "")


def needed(program):
    """The shared libraries that a program is linked with."""
    lines = run("readelf", "--dynamic", program).splitlines()
    return [line.split("[")[1].rstrip("]") for line in lines if "(NEEDED)" in line]


def as_root():
    if os.geteuid() != 0:
        pytest.skip("only root may change the root folder")


def report(path):
    """The size of what is shipped, for whoever reads the output."""
    print(f"\n{Path(path).name}: {Path(path).stat().st_size / 1024:.0f} KiB")
