"""examples/resumegen: its history on both engines, up, down and up again."""

import shutil
import signal
import socket
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
