"""The program as a process: what it inherits and passes on, where its output goes, what it may use."""

import json
import os
import pty
import resource
import select
import signal
import subprocess
import time

import pytest

from support.program import PROGRAM, wait_until

# What a process can find of how it was started.
STATE = "grep -E '^(Sig(Blk|Ign)|Umask|NoNewPrivs)' /proc/self/status; ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/;/total/d'; env | sort; pwd"


def ignore(*numbers):
    return lambda: [signal.signal(number, signal.SIG_IGN) for number in numbers]


def block(*numbers):
    return lambda: signal.pthread_sigmask(signal.SIG_BLOCK, numbers)


def default_pipe():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def nothing():
    pass


def close_input():
    os.close(0)


def one_more_descriptor():
    os.dup2(2, 7)


def small_limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o027)


@pytest.mark.parametrize("prepare", [nothing, default_pipe, ignore(signal.SIGHUP), ignore(signal.SIGINT, signal.SIGQUIT),
                                     block(signal.SIGTERM), block(signal.SIGUSR1, signal.SIGCHLD), close_input,
                                     one_more_descriptor, small_limits])
@pytest.mark.slow
def test_application_finds_everything_as_without_whimbrel(project, database, whimbrel, prepare):
    project.chain("a1")
    command = ["sh", "-c", STATE]
    options = {"cwd": whimbrel.folder, "env": whimbrel.environment | {"ODD": "a=b c", "WHIMBREL_WAIT": "5s"},
               "preexec_fn": prepare, "capture_output": True, "text": True, "restore_signals": False, "close_fds": True}
    alone = subprocess.run(command, **options)
    started = subprocess.run([str(PROGRAM), "run", "--", *command], **options)
    assert started.returncode == 0, started
    assert "SigBlk" in alone.stdout
    hide = lambda text: [line for line in text.splitlines() if "pipe:" not in line and "/proc/" not in line]
    assert hide(started.stdout) == hide(alone.stdout)
    assert started.stdout.count("->") == alone.stdout.count("->")
    assert database.heads() == ["a1"]


@pytest.mark.slow
def test_ignored_hangup_stays_ignored(project, database, whimbrel):
    """nohup whimbrel upgrade"""
    project.chain("a1")
    slow = ("SELECT pg_sleep(1);" if database.engine == "postgresql" else
            "CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) "
            "SELECT max(i) FROM n;")
    project.revision("b2", slow)
    running = whimbrel.start("upgrade", prefix=["sh", "-c", 'trap "" HUP; exec "$0" "$@"'])
    running.wait_for("[1/2]")
    running.signal(signal.SIGHUP)
    running.finish().ok()
    assert database.heads() == ["b2"]


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_descriptors(project, database, whimbrel, closed):
    """Nothing that is opened may get the number of a closed one, and with it our messages."""
    project.chain("a1", "b2")
    running = whimbrel.start("upgrade", "-v", prefix=["sh", "-c", f'exec "$0" "$@" {closed}'])
    running.finish().ok()
    assert database.heads() == ["b2"]
    if database.engine == "sqlite":
        assert database.query("PRAGMA integrity_check") == [("ok",)]
    running = whimbrel.start("status", prefix=["sh", "-c", f'exec "$0" "$@" {closed}']).finish()
    assert running.code == (1 if "1>&-" in closed else 0), running


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("arguments", [["history"], ["status", "--json"], ["help"], ["upgrade", "--sql"]])
def test_full_output(project, database, whimbrel, arguments):
    project.chain("a1")
    result = whimbrel.start(*arguments, prefix=["sh", "-c", 'exec "$0" "$@" >/dev/full']).finish()
    result.failed(1, "can't write the output", "No space left")


@pytest.mark.engine("sqlite")
def test_reader_that_has_seen_enough(project, database, whimbrel):
    project.chain(*[f"r{number}" for number in range(1000)])
    done = subprocess.run(["bash", "-c", f"{PROGRAM} history -v | head -1; exit ${{PIPESTATUS[0]}}"], cwd=whimbrel.folder,
                          env=whimbrel.environment, capture_output=True, text=True, timeout=30)
    assert "r999" in done.stdout and done.stdout.count("\n") == 1
    assert "error" not in done.stderr
    assert done.returncode in (0, 1)


@pytest.mark.engine("postgresql")
def test_question_can_be_interrupted(project, database, whimbrel):
    """Ctrl-C at "Go on?" ends it at once, and nothing is changed."""
    project.chain("a1")
    whimbrel("upgrade").ok()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(whimbrel.folder)
        os.execve(PROGRAM, [str(PROGRAM), "downgrade", "base"], whimbrel.environment)
    try:
        seen = b""
        while b"[y/N]" not in seen:
            assert select.select([terminal], [], [], 10)[0], seen
            seen += os.read(terminal, 1000)
        time.sleep(0.1)
        os.write(terminal, b"\x03")
        status = wait_until(lambda: next(iter(filter(None, [os.waitpid(pid, os.WNOHANG)])), (0, 0))[0] and "gone", 5)
        assert status == "gone"
    finally:
        os.close(terminal)
    assert database.heads() == ["a1"]


# ---- Text that is not UTF-8 ----


@pytest.mark.engine("postgresql")
def test_message_that_is_not_utf8_is_still_a_json_line(project, database, whimbrel):
    project.revision("a1", "SET client_encoding = latin1;\nDO $$ BEGIN RAISE NOTICE 'gr\xfc\xdfe'; END $$;\n"
                           "DO $$ BEGIN RAISE EXCEPTION 'sch\xf6n'; END $$;")
    result = whimbrel("upgrade", "--log-format", "json").failed(1)
    lines = [json.loads(line) for line in result.err.splitlines()]
    assert any(line["message"].startswith("NOTICE: gr") for line in lines), result
    assert lines[-1]["message"].startswith("sch"), result
    assert lines[-1]["revision"] == "a1"


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_arguments_that_are_not_utf8(project, database, whimbrel, options):
    project.chain("a1")
    for arguments in ([b"upgrade", b"\xff\xfe"], [b"n\xf6"], [b"--\xe9"], [b"show", b"\x1b[31mred"],
                      [b"--url", b"sqlite:////tmp/\xff/x.db", b"status"], [b"--dir", b"\xff", b"history"]):
        done = subprocess.run([str(PROGRAM), *options, *arguments], cwd=whimbrel.folder, env=whimbrel.environment,
                              capture_output=True, timeout=20)
        assert done.returncode in (1, 2, 4), done
        text = done.stderr.decode()  # it is UTF-8
        assert "\x1b" not in text
        if options:
            assert json.loads(text)["message"], done


@pytest.mark.engine("sqlite")
def test_file_names_that_are_not_utf8(project, database, whimbrel):
    path = os.fsencode(project.migrations) + b"/\xff\x1b[31m.sql"
    with open(path, "wb") as file:
        file.write(b"-- revision: a1\n\n-- migrate:up\nCREATE TABLE t (a integer);\n\n-- migrate:down\nDROP TABLE t;\n")
    assert whimbrel("history", "--json").ok().json()[0]["revision"] == "a1"
    assert whimbrel("upgrade", "--dry-run", "--json").ok().json()["steps"][0]["revision"] == "a1"
    whimbrel("upgrade").ok()
    assert database.tables() == ["t"]
    with open(path, "ab") as file:
        file.write(b"-- migrate:nosuch\n")
    assert "\x1b" not in whimbrel("history").failed(1).err
    assert json.loads(whimbrel("history", "--json").failed(1).err)["file"].endswith(".sql")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("arguments", [[""], ["", "", ""], ["upgrade", ""], ["show", ""], ["create", ""], ["--url", "", "status"],
                                       ["--dir", "", "history"], ["--config", "", "status"], ["run", "--", ""],
                                       ["x" * 100000], ["upgrade", "x" * 100000], ["create", "m", "--rev-id", "x" * 100000],
                                       ["--url", "sqlite:///" + "x" * 100000, "status"], ["--" + "x" * 100000],
                                       ["--dir", "x" * 100000, "status"], ["-c", "x" * 100000, "status"]],
                         ids=lambda value: " ".join(value)[:30])
def test_empty_and_long_arguments(project, database, whimbrel, arguments):
    project.chain("a1")
    result = whimbrel(*arguments)
    assert result.code in (1, 2, 4, 127), result.code
    assert len(result.err) < 210000
    assert result.err.strip()
