"""
What `check` remembers: that two schemas agree, and what a command prints as long as nothing has changed that it said it was
made from. Whether it was run shows by what it appends to a file elsewhere.
"""

import os
import time

import pytest

from support.models import NEW

pytestmark = pytest.mark.slow

USERS = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name text NOT NULL);\n"
PAUSE = 0.15  # a file that was changed while the command ran, or just before, is not gone by


class Source:
    """A project whose schema source is a command."""

    def __init__(self, whimbrel, project, tmp_path):
        self.whimbrel, self.project, self.folder = whimbrel, project, project.folder
        self.runs = tmp_path / "elsewhere" / "runs"
        self.runs.parent.mkdir()
        self.cache = whimbrel.home / ".cache/whimbrel"
        project.revision("a1", USERS, "DROP TABLE users;")

    def command(self, text):
        self.project.config(schema_source=f"command:{text}")

    def check(self, *options, **arguments):
        return self.whimbrel("check", "--no-database", *options, **arguments)

    def asked(self, *options, failing=False, **arguments):
        """Whether a check that finds nothing (`failing`: something) has run the command."""
        self.runs.write_text("")
        done = self.check(*options, **arguments)
        done.failed(3) if failing else done.ok()
        time.sleep(PAUSE)
        return self.runs.read_text() != ""

    def is_asked_again(self):
        """Whether the next check runs it, and later ones don't: the second may, where the first has made __pycache__."""
        time.sleep(PAUSE)
        return self.asked() and (not self.asked() or not self.asked())


@pytest.fixture
def source(whimbrel, project, tmp_path):
    return Source(whimbrel, project, tmp_path)


@pytest.fixture
def interpreter(source):
    """Writes a quick one, which prints schema.sql and says what it is told to say."""
    def write(*dependencies, more="", length="$(printf %s \"$(cat schema.sql)\" | wc -c)"):
        (source.folder / "schema.sql").write_text(USERS)
        path = source.folder / "python"
        path.write_text(f"#!/bin/sh\necho run >> {source.runs}\n{more}\ncat schema.sql\n"
                        f'[ "$WHIMBREL_DEPENDENCIES" ] || exit 0\nexec > "$WHIMBREL_DEPENDENCIES"\n'
                        + "".join(f'echo "{line}"\n' for line in (length, *dependencies)))
        path.chmod(0o755)
        source.command("./python -m whimbrel.sqlalchemy models:Base --exclude 'a*'")
        time.sleep(PAUSE)
    return write


@pytest.mark.engine("postgresql")
def test_what_agrees(whimbrel, project, database, cluster):
    """Whether anything is made shows by a role that is no longer allowed to."""
    cluster.psql("postgres", script="DROP ROLE IF EXISTS maker; CREATE ROLE maker LOGIN CREATEDB PASSWORD 'maker'")
    check = ["check", "--no-database", "--url", cluster.tcp_url(database.name, "maker", "maker")]
    instead = "on a server of their own"
    project.config(schema_source="schema.sql")
    schema, revision = project.folder / "schema.sql", project.revision("a1", USERS, "DROP TABLE users;")
    schema.write_text(USERS)
    whimbrel(*check, env={"HOME": None}).ok()  # nowhere to remember it
    assert instead not in whimbrel(*check).ok().err
    cache = whimbrel.home / ".cache/whimbrel"
    remembered, = cache.iterdir()
    cluster.psql("postgres", script="ALTER ROLE maker NOCREATEDB")
    assert instead not in whimbrel(*check).ok().err
    assert instead in whimbrel(*check, "--no-cache").ok().err
    assert instead in whimbrel(*check, env={"HOME": None}).ok().err
    os.utime(remembered, (time.time() - 8 * 86400,) * 2)
    assert instead in whimbrel(*check).ok().err
    schema.write_text(USERS + "CREATE TABLE more (id integer);")
    whimbrel(*check).failed(3, instead, "create table public.more")
    revision.write_text(revision.read_text().replace("name text", "title text"))
    schema.write_text(USERS)
    whimbrel(*check).failed(3, instead, "public.users.title")
    assert len(list(cache.iterdir())) == 1
    elsewhere = whimbrel.home / "cache"
    revision.write_text(revision.read_text().replace("title text", "name text"))
    whimbrel(*check, env={"XDG_CACHE_HOME": elsewhere}).ok()
    assert len(list((elsewhere / "whimbrel").iterdir())) == 1
    cluster.psql("postgres", script="DROP ROLE maker")


@pytest.mark.engine("sqlite")
def test_a_command_is_run_again_when_something_has_changed(source, interpreter):
    schema, absent, drafts = (source.folder / name for name in ("schema.sql", "absent.sql", "drafts"))
    drafts.mkdir()
    interpreter("$PWD/schema.sql", "$PWD/absent.sql", "$PWD/drafts")
    assert source.asked() and not source.asked() and not source.asked()
    assert source.asked(env={"COLOUR": "red"}) and not source.asked(env={"COLOUR": "red"})
    assert not source.asked(env={"SHLVL": "7", "OLDPWD": "/", "_": "x"})  # of the shell's own
    assert source.asked("--no-cache") and not source.asked()
    assert source.asked(env={"HOME": None})
    schema.write_text(USERS + " ")
    assert source.is_asked_again()
    schema.write_text(USERS.replace("name", "tame") + " ")  # as long as before
    assert source.asked(failing=True)
    schema.write_text(USERS + " ")
    assert source.is_asked_again()
    absent.write_text("")
    assert source.is_asked_again()
    absent.unlink()
    assert source.is_asked_again()
    (drafts / "one.sql").write_text("")
    assert source.is_asked_again()
    (drafts / "one.sql").write_text("something else")  # only that it is there was asked
    (drafts / "__pycache__").mkdir()
    assert not source.asked()
    for entry in source.cache.glob("printed-*"):
        os.utime(entry, (time.time() - 3700,) * 2)
    assert source.asked()


@pytest.mark.engine("sqlite")
def test_what_is_not_all_that_decides_is_not_gone_by(source, interpreter):
    interpreter("$PWD/schema.sql", length="")
    assert source.asked() and source.asked()  # nothing was said
    interpreter("$PWD/schema.sql", length="61")
    assert source.asked() and source.asked()  # of other output
    interpreter("$PWD/schema.sql", more="touch schema.sql")
    assert source.asked() and source.asked()  # changed meanwhile
    interpreter("$PWD/schema.sql")
    (source.folder / "more.sql").write_text("-- more")
    (source.folder / "all").write_text("./python -m whimbrel.sqlalchemy models:Base; cat more.sql")
    for command in ("./python -m whimbrel.sqlalchemy models:Base && cat more.sql", "sh all",
                    "sh ./all -m whimbrel.sqlalchemy models:Base", "./python -m whimbrel.sqlalchemy models:Base m*.sql",
                    "./python -m whimbrel.sqlalchemy $(cat more.sql)", "X=$HOME ./python -m whimbrel.sqlalchemy models",
                    './python -m whimbrel.sqlalchemy models "$(cat more.sql)"', "./python -m other.sqlalchemy models"):
        source.command(command)
        assert source.asked() and source.asked(), command
    interpreter("$PWD/schema.sql")
    assert source.asked() and not source.asked()


@pytest.mark.engine("sqlite")
def test_a_cache_that_is_damaged(source, interpreter):
    interpreter("$PWD/schema.sql")
    assert source.asked() and not source.asked()
    for entry in source.cache.glob("printed-*"):
        entry.write_bytes(entry.read_bytes()[:70])
    assert source.asked() and not source.asked()
    for entry in source.cache.glob("printed-*"):
        entry.write_bytes(b"\0\n\n\t\n\xff")
    assert source.asked() and not source.asked()
    source.cache.chmod(0o500)
    try:
        source.check().ok()
    finally:
        source.cache.chmod(0o700)
    assert not list(source.cache.glob("printed-*.*"))


MODELS = """
import os
from sqlalchemy import Column, Integer, Text
from app.base import Base
with open({runs!r}, "a") as runs:
    runs.write("run")
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(Text, nullable=False)
"""


@pytest.mark.engine("sqlite")
def test_models_are_imported_again_when_something_has_changed(source):
    app = source.folder / "app"
    app.mkdir()
    base = "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n"
    (app / "base.py").write_text(base)
    (app / "models.py").write_text(MODELS.format(runs=str(source.runs)))
    source.command(f"{NEW} -m whimbrel.sqlalchemy app.models:Base")
    assert source.is_asked_again()
    more = "class More(Base):\n    __tablename__ = 'more'\n    id = Column(Integer, primary_key=True)\n"
    (app / "models.py").write_text(MODELS.format(runs=str(source.runs)) + more)
    assert source.asked(failing=True)
    source.check().failed(3, "create table more")
    (app / "models.py").write_text(MODELS.format(runs=str(source.runs)))
    assert source.is_asked_again()
    (app / "base.py").write_text(base + "\n")
    assert source.is_asked_again()
    (source.folder / ".env").write_text("COLOUR=red\n")
    assert source.is_asked_again()
    (source.folder / "sqlalchemy.py").write_text("raise ImportError('before the real one')\n")  # found first
    source.check().failed(1, "has no SQLAlchemy")
    (source.folder / "sqlalchemy.py").unlink()
    assert not source.asked()  # all is as it was
    (app / "base.py").write_text(base + "import pathlib\npathlib.Path('tables.txt').exists()\nopen('tables.txt').close()\n")
    source.check().failed(1, "tables.txt")
    (source.folder / "tables.txt").write_text("users")
    assert source.is_asked_again()
    (source.folder / "tables.txt").write_text("others")
    assert source.is_asked_again()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("asks", [
    "import subprocess; subprocess.run(['true'])", "import os; os.system('true')",
    "import sqlite3; sqlite3.connect('other.db').close()",
    "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 1))\nexcept OSError:\n    pass"])
def test_models_that_ask_others_are_imported_each_time(source, asks):
    app = source.folder / "app"
    app.mkdir()
    (app / "base.py").write_text(f"from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n{asks}\n")
    (app / "models.py").write_text(MODELS.format(runs=str(source.runs)))
    source.command(f"{NEW} -m whimbrel.sqlalchemy app.models:Base")
    time.sleep(PAUSE)
    assert source.asked() and source.asked() and source.asked()
