"""examples/resumegen: its history on both engines, up, down and up again."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from support.cluster import free_port
from support.program import ROOT

EXAMPLE = ROOT / "examples" / "resumegen"


@pytest.fixture
def example(whimbrel):
    """A copy, as a team would have it, run with the tests' interpreter."""
    shutil.copytree(EXAMPLE, whimbrel.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db", ".env", "__pycache__"))
    whimbrel.environment["PATH"] = f"{Path(sys.executable).parent}:{whimbrel.environment['PATH']}"
    return whimbrel.folder


def test_history_up_down_up(example, database, whimbrel):
    whimbrel.environment["DATABASE_URL"] = database.url
    whimbrel("upgrade").ok()
    tables = database.tables()
    assert {"users", "resumes", "payments"} <= set(tables)
    whimbrel("downgrade", "base", "--yes").ok()
    assert database.tables() == []
    whimbrel("upgrade").ok()
    assert database.tables() == tables
    status = whimbrel("status", "--json").ok().json()
    assert status["up_to_date"] is True and status["problems"] == []


@pytest.mark.slow
def test_application_starts_behind_run(example, database, whimbrel):
    port = free_port()
    running = whimbrel.start("run", "--", "uvicorn", "app.main:app", "--port", port, env={"DATABASE_URL": database.url})
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and running.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    assert running.process.poll() is None, running.text()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        assert answer.status == 200
    running.signal(signal.SIGTERM)
    running.finish(20)


@pytest.mark.slow
def test_url_comes_from_the_application(example, whimbrel):
    whimbrel("upgrade").ok()
    assert (example / "resumegen.db").exists()


@pytest.mark.slow
def test_the_models_are_its_schema_source(example, database, whimbrel):
    """The command that whimbrel.ini has prints them for either engine, and what it prints loads."""
    source = re.search(r"^source = command:(.*)$", (example / "whimbrel.ini").read_text(), re.MULTILINE)[1]
    done = subprocess.run(source, shell=True, cwd=example, capture_output=True, text=True,
                          env=whimbrel.environment | {"WHIMBREL_ENGINE": database.engine, "PYTHONPATH": str(ROOT / "python")})
    assert done.returncode == 0, done.stderr
    database.run_script(done.stdout)
    assert {"users", "resumes", "payments", "share_links"} <= set(database.tables())
    assert "CREATE TRIGGER payments_keep_settled" in done.stdout


@pytest.mark.engine("postgresql")
@pytest.mark.slow
def test_a_change_of_a_model_becomes_a_revision(example, database, whimbrel):
    whimbrel.environment["DATABASE_URL"] = database.url
    whimbrel("check", "--no-database").ok()
    models = example / "app" / "models.py"
    models.write_text(models.read_text().replace(
        "    website: Mapped[str | None] = mapped_column(String(2000))\n",
        "    website: Mapped[str | None] = mapped_column(String(2000))\n    nick: Mapped[str | None] = mapped_column(String(50))\n"))
    changes = whimbrel("create", "nick names", "--json").ok().json()["changes"]
    assert [change["name"] for change in changes] == ["public.profiles.nick"]
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
