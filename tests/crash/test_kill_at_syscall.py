"""
SIGKILL before the program's k-th system call of a kind, for every k until a run comes through. strace sees to it: the
call itself does not happen any more.
"""

import os
import shutil
import subprocess

import pytest

from support import history

# The short form tries every so manieth call.
STRIDE = int(os.environ.get("STRIDE", 5))

def why_not():
    """Why strace can't do it here; None when it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    command = ["strace", "-o", "/dev/null", "-e", "trace=exit_group", "-e", "inject=exit_group:signal=KILL", "true"]
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == -9 else f"strace can't trace here: {done.stderr.strip()[:100]}"


@pytest.fixture(scope="module")
def strace():
    """A prefix for `start`: the program is killed at the `number`-th `call`."""
    if reason := why_not():
        pytest.skip(reason)
    return lambda call, number: ["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                 f"inject={call}:signal=KILL:when={number}"]


@pytest.fixture
def kill(strace, project, database, whimbrel, survived):
    """Runs the steps, killed at every `stride`-th call of the kind, and judges each time."""
    def kill(call, steps, *arguments, stride=STRIDE, prepare=lambda: None):
        history.write(project, steps)
        judge = history.Judge(database, steps)
        for number in range(1, 1 << 30, stride):
            prepare()
            result = whimbrel.start("upgrade", *arguments, prefix=strace(call, number)).finish()
            if result.code == 0:
                break
            assert result.code == 137, f"{call} {number}: {result}"
            judge.half_way()
            whimbrel("upgrade", *arguments).ok()
            judge.finished()
            survived(kills=1)
            history.clear(database)
        judge.finished()
        assert number > stride, f"{call} is not called"
    return kill


@pytest.mark.timeout(3600)
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("call", ["sendto", "recvfrom"])
def test_postgresql(kill, call):
    kill(call, history.POSTGRESQL)


@pytest.mark.timeout(3600)
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("call, mode", [("pwrite64", "delete"), ("fdatasync", "delete"), ("unlink", "delete"),
                                        ("pwrite64", "wal"), ("fdatasync", "wal")])
def test_sqlite(kill, database, call, mode):
    kill(call, history.SQLITE, prepare=lambda: database.execute(f"PRAGMA journal_mode = {mode}"))


@pytest.mark.timeout(3600)
def test_single_transaction(kill, database):
    steps = history.transactional(history.HISTORIES[database.engine])
    kill("sendto" if database.engine == "postgresql" else "pwrite64", steps, "--single-transaction")
