"""Alembic projects beside whimbrel: the histories of tests/e2e/alembic_histories, the real program, what it leaves."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HISTORIES = Path(__file__).resolve().parents[1] / "e2e" / "alembic_histories"


def copy_history(name, folder):
    shutil.copytree(HISTORIES / name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return Path(folder)


def write_history(folder, revisions, url="sqlite:///app.db", env=None):
    """A small project: `revisions` is a dict of file names and texts."""
    versions = Path(folder) / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (Path(folder) / "alembic.ini").write_text(f"[alembic]\nscript_location = migrations\nsqlalchemy.url = {url}\n")
    (Path(folder) / "migrations" / "env.py").write_text(env or (HISTORIES / "notes" / "migrations" / "env.py").read_text())
    for name, text in revisions.items():
        (versions / name).write_text(text)
    return Path(folder)


def revision(id, revises=None, up="pass", down="pass", head=""):
    """The text of a revision file."""
    return (f'"""{id}"""\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = {id!r}\ndown_revision = {revises!r}\n'
            f"{head}\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n")


# One process for all commands: starting Python and loading SQLAlchemy takes longer than what they do. env.py may print.
DRIVER = """
import contextlib, io, json, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from alembic.config import main
for line in sys.stdin:
    errors = io.StringIO()
    try:
        with contextlib.redirect_stderr(errors):
            main(argv=json.loads(line))
        answer = None
    except BaseException as error:
        answer = repr(error) + errors.getvalue()
    print(json.dumps(answer), file=answers, flush=True)
"""


class Alembic:
    """The real one, run in a project's folder."""

    def __init__(self, folder, environment=None, python=sys.executable):
        self.folder, self.python = folder, python
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment |= environment or {}
        self.process = None

    def __call__(self, *arguments, check=True):
        """None, or what went wrong."""
        if self.process is None:
            self.process = subprocess.Popen([self.python, "-c", DRIVER], cwd=self.folder, env=self.environment,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                            text=True)
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        error = json.loads(self.process.stdout.readline())
        assert error is None or not check, f"alembic {arguments}: {error}"
        return error

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None

    def order(self):
        """(id, parents) of all revisions, each behind what it builds on."""
        program = ("import sys; from alembic.config import Config; from alembic.script import ScriptDirectory\n"
                   "script = ScriptDirectory.from_config(Config(sys.argv[1]) if sys.argv[1].endswith('ini') else "
                   "Config(toml_file=sys.argv[1]))\n"
                   "for each in reversed(list(script.walk_revisions())):\n"
                   "    print(each.revision, *each._versioned_down_revisions)")
        ini = "alembic.ini" if (self.folder / "alembic.ini").exists() else "pyproject.toml"
        done = subprocess.run([self.python, "-c", program, ini], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, check=True)
        return [(words[0], words[1:]) for words in map(str.split, done.stdout.splitlines())]


def content(database, own=("alembic_version", "whimbrel_ledger")):
    """The schema as the engine's own tool writes it, and all rows but for moments; without bookkeeping."""
    if database.engine == "sqlite":
        schema = [row for row in database.query("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
                  if row[2] not in own]
        tables = [row[1] for row in schema if row[0] == "table"]
        rows = {name: sorted(map(repr, database.query(f'SELECT * FROM "{name}"'))) for name in tables}
        return [row[:3] + (_spelling(row[3] or ""),) for row in schema], rows
    schema = database.cluster.pg_dump(database.name, "-s", *[word for table in own for word in ("-T", f"*.{table}")])
    schema = re.sub(r"^\\(un)?restrict .*\n", "", schema, flags=re.MULTILINE)
    schema = re.sub(r"(?s)--\n-- Name: whimbrel_ledger.*?(?=\n--\n-- Name:|\Z)", "", schema)
    tables = database.query("SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^pg_' AND "
                            "schemaname <> 'information_schema' ORDER BY 1, 2")
    rows = {}
    for space, table in tables:
        if table not in own:
            rows[space, table] = sorted(row[0] for row in database.query(
                f'SELECT (to_jsonb(t) - \'made\')::text FROM "{space}"."{table}" t'))
    return schema, rows


def _spelling(sql):
    return " ".join(sql.split())
