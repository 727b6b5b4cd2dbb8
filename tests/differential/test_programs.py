"""
The same as test_alembic.py with everything real: both programs, revision files of either kind, two SQLite files. After
every command both have succeeded or both have failed, the rows of alembic_version are the same, and so is the order in
which the steps have run, which every revision writes into a table.

GRAPHS, SEED as there; without GRAPHS as many as fit into PROGRAM_SECONDS (20).
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from graphs import command, make_graph, rng_of
from model import Alembic
from test_alembic import allowed

from support.program import PROGRAM

COMMANDS_PER_GRAPH = 6
OPTIONS = {"up": "upgrade", "down": "downgrade", "stamp": "stamp"}

# Alembic with model.py's patches, which take the places where its answer varies from run to run.
DRIVER = """
import json, os, sys, warnings
warnings.simplefilter("ignore")
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
import model
from alembic import command, config
from alembic.script import base
base.revision.RevisionMap = model.OrderedRevisionMap
for line in sys.stdin:
    folder, kind, target = json.loads(line)
    os.chdir(folder)
    try:
        getattr(command, kind)(config.Config("alembic.ini"), target)
        answer = True
    except BaseException:
        answer = False
    print(json.dumps(answer), file=answers, flush=True)
"""

ENV = """
from alembic import context
from sqlalchemy import create_engine, pool
with create_engine("sqlite:///alembic.db", poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def write_projects(folder, nodes):
    """Both kinds of files, loaded in the same order."""
    versions, migrations = folder / "scripts" / "versions", folder / "migrations"
    versions.mkdir(parents=True)
    migrations.mkdir()
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = scripts\n")
    (folder / "scripts" / "env.py").write_text(ENV)
    (folder / "whimbrel.ini").write_text("[whimbrel]\nurl = sqlite:///whimbrel.db\ndir = migrations\n")
    for number, node in enumerate(nodes):
        up, down = (f"INSERT INTO trace VALUES ('{sign}{node.id}')" for sign in "+-")
        (versions / f"f{number:03d}.py").write_text(
            f"from alembic import op\nrevision = {node.id!r}\ndown_revision = {tuple(node.revises) or None!r}\n"
            f"branch_labels = {tuple(node.labels) or None!r}\ndepends_on = {tuple(node.depends_on) or None!r}\n"
            f"def upgrade():\n    op.execute({up!r})\ndef downgrade():\n    op.execute({down!r})\n")
        lists = {"revises": node.revises, "depends-on": node.depends_on, "branch-labels": node.labels}
        header = "".join(f"-- {key}: {', '.join(values)}\n" for key, values in lists.items() if values)
        (migrations / f"f{number:03d}.sql").write_text(
            f"-- revision: {node.id}\n{header}-- migrate:up\n{up};\n-- migrate:down\n{down};\n")
    for name in ("alembic.db", "whimbrel.db"):
        with sqlite3.connect(folder / name) as connection:
            connection.executescript(
                "CREATE TABLE trace (step text);"
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));")
        connection.close()


def look(path):
    connection = sqlite3.connect(path)
    rows = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
    steps = [row[0] for row in connection.execute("SELECT step FROM trace ORDER BY rowid")]
    connection.execute("DELETE FROM trace")
    connection.commit()
    connection.close()
    return rows, steps  # in the order in which Alembic reads them: downgrade -1 goes down from the first


def set_rows(path, rows):
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM alembic_version")
    connection.executemany("INSERT INTO alembic_version VALUES (?)", [(row,) for row in rows])
    connection.commit()
    connection.close()


def run_whimbrel(folder, kind, target):
    words = target if kind == "stamp" else [target]
    done = subprocess.run([PROGRAM, OPTIONS[kind], "--yes", *words] if kind == "down" else
                          [PROGRAM, OPTIONS[kind], *words], cwd=folder, env={"PATH": os.environ["PATH"]},
                          capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def words_that_are_no_options(kind, target):
    words = target if kind == "stamp" else [target]
    return all(words) and not any(word.startswith("--") or word in ("-", "@@") for word in words)


def run_graph(folder, driver, seed):
    rng = rng_of(seed)
    nodes = make_graph(rng)[:30]
    write_projects(folder, nodes)
    alembic, rows, count = Alembic(nodes), [], 0
    for _ in range(COMMANDS_PER_GRAPH):
        kind, target = command(rng, nodes)
        outcome = alembic.run(kind, target, rows)
        if not words_that_are_no_options(kind, target) or outcome.overlapped:
            continue
        driver.stdin.write(json.dumps([str(folder), OPTIONS[kind], target]) + "\n")
        driver.stdin.flush()
        theirs = json.loads(driver.stdout.readline()), *look(folder / "alembic.db")
        succeeded, message = run_whimbrel(folder, kind, target)
        ours = succeeded, *look(folder / "whimbrel.db")
        what = f"SEED={seed} GRAPHS=1: {kind} {target!r} from {rows}\nAlembic:  {theirs}\nwhimbrel: {ours}\n{message}"
        if theirs[0] != ours[0]:
            answer = (None, None, message) if not ours[0] else (ours[2], ours[1], None)
            assert allowed(alembic, kind, target, rows, outcome, answer), what
        elif theirs[0]:
            assert theirs[2] == ours[2] and sorted(theirs[1]) == sorted(ours[1]), what
        count += 1
        rows = ours[1]
        if theirs[1] != rows:
            set_rows(folder / "alembic.db", rows)
    return count


@pytest.fixture
def driver():
    started = subprocess.Popen([sys.executable, "-c", DRIVER], cwd=Path(__file__).parent, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    yield started
    started.stdin.close()
    started.wait(20)
    started.stdout.close()


@pytest.mark.timeout(0)
def test_same_answers_of_the_programs(driver, tmp_path):
    first = int(os.environ.get("SEED") or random.randrange(10**6))
    graphs = int(os.environ.get("GRAPHS") or 0)
    end = time.monotonic() + float(os.environ.get("PROGRAM_SECONDS", "20"))
    seed, commands = first, 0
    print(f"\nSEED={first}", flush=True)
    while seed < first + graphs if graphs else time.monotonic() < end:
        commands += run_graph(tmp_path / str(seed), driver, seed)
        seed += 1
    print(f"{seed - first} graphs, {commands} commands")
    assert commands
