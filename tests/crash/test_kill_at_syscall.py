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
    """A prefix for `start`: the program gets a signal at the `number`-th `call`."""
    if reason := why_not():
        pytest.skip(reason)
    return lambda call, number, signal="KILL": ["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                                f"inject={call}:signal={signal}:when={number}"]


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


SIGNALS = [("TERM", 143), ("INT", 130), ("HUP", 129)]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("single", [False, True], ids=["each", "single"])
def test_signal_that_is_heeded(strace, project, database, whimbrel, single):
    """
    Not killed, but told to stop, before or within the k-th call: it ends by the signal, or has done everything; it never
    fails for another reason, holds a lock or starts the application after the signal.
    """
    steps = history.HISTORIES[database.engine]
    if single:
        steps = history.transactional(steps)
    arguments = ["--single-transaction"] if single else []
    call, stride = ("sendto", 2) if database.engine == "postgresql" else ("pwrite64", 4)
    history.write(project, steps)
    judge = history.Judge(database, steps)
    for turn, number in enumerate(range(1, 1 << 30, STRIDE * stride)):
        name, status = SIGNALS[turn % len(SIGNALS)]
        run = whimbrel.start("run", *arguments, "--", "echo", "STARTED", prefix=strace(call, number, name))
        result = run.finish()
        if result.code == 0:
            break
        assert result.code == status and not result.out, f"SIG{name} at {call} {number}: {result}"
        judge.half_way()
        if database.engine == "postgresql":
            assert database.locks() == []
        whimbrel("upgrade", *arguments).ok()
        judge.finished()
        history.clear(database)
    judge.finished()
    assert turn > 0, f"{call} is hardly called"


@pytest.mark.timeout(3600)
def test_single_transaction(kill, database):
    steps = history.transactional(history.HISTORIES[database.engine])
    kill("sendto" if database.engine == "postgresql" else "pwrite64", steps, "--single-transaction")
