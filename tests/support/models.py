"""SQLAlchemy models beside whimbrel: the DDL it prints of them, and what `create_all` makes of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from support.program import ROOT

MODELS = Path(__file__).resolve().parents[1] / "e2e" / "models"
NEW = sys.executable
OLD = ROOT / ".venv" / "old" / "bin" / "python"

QUIET = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")

# Imports what it is told to, and lets create_all make it.
CREATE_ALL = """
import importlib, operator, sys
from sqlalchemy import create_engine
url, spec, *more = sys.argv[1:]
modules = [importlib.import_module(name) for name in more]
module, _, path = spec.partition(":")
metadata = operator.attrgetter(path)(importlib.import_module(module))
engine = create_engine(url)
if url.startswith("postgresql"):
    engine = engine.execution_options(isolation_level="AUTOCOMMIT")
getattr(metadata, "metadata", metadata).create_all(engine)
"""


def run_python(python, arguments, folder, environment=None):
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "WHIMBREL", "DATABASE"))}
    variables |= {"PYTHONPATH": str(ROOT / "python"), "PYTHONDONTWRITEBYTECODE": "1"} | (environment or {})
    return subprocess.run([python, *arguments], cwd=folder, env=variables, capture_output=True, text=True, timeout=100)


def run_ddl(folder, *arguments, python=NEW, environment=None):
    """`python -m whimbrel.sqlalchemy`, done."""
    return run_python(python, ["-m", "whimbrel.sqlalchemy", *arguments], folder, environment)


def ddl(folder, *arguments, **options):
    done = run_ddl(folder, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def create_all(folder, database, spec, *modules, python=NEW, environment=None):
    url = database.url
    if database.engine == "postgresql":
        url = url.replace("postgresql:", "postgresql+psycopg2:" if python == OLD else "postgresql+psycopg:")
    done = run_python(python, ["-c", CREATE_ALL, url, spec, *modules], folder, environment)
    assert done.returncode == 0, done.stderr


def sqlite_schema(database):
    """What SQLite keeps of each statement, without the blanks that mean nothing."""
    rows = database.query("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
    return [(*names, one_line(sql) if sql else None) for *names, sql in rows]


def one_line(sql):
    pieces = QUIET.split(sql)
    pieces[::2] = [re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", piece)) for piece in pieces[::2]]
    return "".join(pieces).strip()
