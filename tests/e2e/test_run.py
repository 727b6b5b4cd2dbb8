"""`whimbrel run -- CMD`: the container's entry point."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from support.cluster import Cluster, free_port
from support.program import PROGRAM, wait_until

PYTHON = sys.executable

# The application: says its pid, arguments and one variable, then ends with 7.
APPLICATION = "import os, sys; print('STARTED', os.getpid(), sys.argv[1:], os.environ.get('MARK')); sys.exit(7)"


def application(*arguments):
    return ["--", PYTHON, "-c", APPLICATION, *arguments]


def test_applies_and_becomes_the_application(project, database, whimbrel):
    project.chain("a1", "b2")
    running = whimbrel.start("run", *application("--flag", "two words", "-v", "--json"), env={"MARK": "kept"})
    result = running.finish()
    assert result.code == 7, "the status is the application's"
    assert result.out.splitlines()[-1] == f"STARTED {running.pid} ['--flag', 'two words', '-v', '--json'] kept"
    assert result.out.count("\n") == 1, "stdout is the application's alone"
    assert database.heads() == ["b2"]
    assert "a1" in result.err and "b2" in result.err


def test_environment_and_descriptors_are_as_they_were(project, database, whimbrel):
    project.chain("a1")
    result = whimbrel("run", "--", PYTHON, "-c", "import os; print(sorted(os.listdir('/proc/self/fd'))); print(dict(os.environ))",
                      env={"DATABASE_URL": database.url, "WHIMBREL_WAIT": "5s", "ODD": "a=b c"}).ok()
    descriptors, environment = result.out.splitlines()
    assert descriptors == "['0', '1', '2', '3']", "3 is the folder being listed"
    seen = eval(environment)
    assert seen == whimbrel.environment | {"DATABASE_URL": database.url, "WHIMBREL_WAIT": "5s", "ODD": "a=b c"} | (
        {"LC_CTYPE": seen["LC_CTYPE"]} if "LC_CTYPE" in seen else {})


def test_signal_dispositions_and_mask_are_as_they_were(project, database, whimbrel):
    project.chain("a1")
    lines = whimbrel("run", "--", "grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status").ok().out.split()
    blocked, ignored, caught = (int(lines[index], 16) for index in (1, 3, 5))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        bit = 1 << (number - 1)
        assert not blocked & bit and not caught & bit, number
        assert not ignored & bit or number == signal.SIGPIPE
    assert not blocked


def test_nothing_to_do(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    whimbrel("run", "--", "true").ok()


def test_application_never_starts_after_a_failure(project, database, whimbrel):
    project.chain("a1")
    path = project.revision("b2", "SELECT * FROM nowhere;")
    result = whimbrel("run", *application()).failed(1, "b2", path.name, "nowhere")
    assert "STARTED" not in result.out
    assert database.heads() == ["a1"]


def test_options_may_stand_before_the_command(project, database, whimbrel):
    project.chain("a1")
    assert "STARTED" in whimbrel("--url", database.url, "run", "--wait", "5s", *application()).out


@pytest.mark.parametrize("command, code", [("/nosuch/program", 127), ("nosuch-program", 127), ("/etc/passwd", 126), ("/tmp", 126)])
def test_command_that_can_not_be_started(project, database, whimbrel, command, code):
    project.chain("a1")
    whimbrel("run", "--", command).failed(code, command)
    assert not database.heads(), "asked before anything is migrated"


@pytest.mark.parametrize("arguments", [["run"], ["run", "--"], ["run", "--mode", "nosuch", "--", "true"],
                                       ["run", "--wait", "soon", "--", "true"], ["run", "--nosuch", "--", "true"]])
def test_wrong_usage(project, database, whimbrel, arguments):
    project.chain("a1")
    result = whimbrel(*arguments)
    assert result.code in (1, 2), result
    assert not database.heads()


# ---- Modes ----


def test_mode_check(project, database, whimbrel):
    project.chain("a1")
    result = whimbrel("run", "--mode", "check", *application()).failed(3, "a1")
    assert "STARTED" not in result.out
    assert database.tables() == []
    whimbrel("upgrade").ok()
    assert "STARTED" in whimbrel("run", "--mode", "check", *application()).out


def test_mode_off(project, database, whimbrel):
    project.chain("a1")
    assert "STARTED" in whimbrel("run", "--mode", "off", *application()).out
    assert database.tables() == []


def test_mode_off_needs_no_database(files, whimbrel):
    files.chain("a1")
    result = whimbrel("run", "--mode", "off", "--url", f"postgresql://u:p@127.0.0.1:{free_port()}/x", *application())
    assert "STARTED" in result.out


def test_mode_by_environment(project, database, whimbrel):
    project.chain("a1")
    assert "STARTED" in whimbrel("run", *application(), env={"WHIMBREL_MODE": "off"}).out
    assert database.tables() == []


@pytest.mark.slow
def test_mode_wait(project, database, whimbrel):
    project.chain("a1", "b2")
    running = whimbrel.start("run", "--mode", "wait", "--wait", "30s", *application())
    time.sleep(0.5)
    assert running.process.poll() is None
    assert "STARTED" not in running.text()
    whimbrel("upgrade").ok()
    result = running.finish()
    assert result.code == 7 and "STARTED" in result.out, result


@pytest.mark.slow
def test_mode_wait_gives_up(project, database, whimbrel):
    project.chain("a1")
    result = whimbrel("run", "--mode", "wait", "--wait", "500ms", *application())
    assert result.code in (3, 4), result
    assert "STARTED" not in result.out
    assert not database.heads()


# ---- What the database is like ----


def test_database_with_tables_but_no_heads_is_not_touched(project, database, whimbrel):
    database.execute("CREATE TABLE old_users (a integer)")
    project.chain("a1")
    result = whimbrel("run", *application()).failed(6, "old_users", "stamp")
    assert "STARTED" not in result.out
    assert database.all_tables() == ["old_users"]


def test_adopt(project, database, whimbrel):
    database.execute("CREATE TABLE t_a1 (id integer PRIMARY KEY)")
    project.chain("a1", "b2")
    result = whimbrel("run", "--adopt", "a1", *application())
    assert result.code == 7, result
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]
    assert whimbrel("run", "--adopt", "a1", *application()).code == 7, "adopting again is no error"
    assert database.heads() == ["b2"]


def test_adopt_of_an_empty_database_applies_everything(project, database, whimbrel):
    project.chain("a1", "b2")
    assert whimbrel("run", "--adopt", "a1", *application()).code == 7
    assert database.tables() == ["t_a1", "t_b2"]


def test_adopt_of_an_unknown_revision(project, database, whimbrel):
    database.execute("CREATE TABLE t_a1 (id integer PRIMARY KEY)")
    project.chain("a1")
    whimbrel("run", "--adopt", "nosuch", *application()).failed(1, "nosuch")
    assert database.all_tables() == ["t_a1"]
    whimbrel("run", *application()).failed(6, "t_a1")


@pytest.mark.engine("postgresql")
def test_missing_database(absent_database, files, whimbrel):
    files.chain("a1")
    started = time.monotonic()
    result = whimbrel("run", "--wait", "30s", "--url", absent_database.url, *application())
    assert result.code in (1, 4), result
    assert absent_database.name in result.err and "--create-db" in result.err
    assert time.monotonic() - started < 10, "waiting does not cure it"
    assert not absent_database.exists()

    result = whimbrel("run", "--create-db", "--url", absent_database.url, *application())
    assert result.code == 7, result
    assert absent_database.heads() == ["a1"]


@pytest.mark.engine("postgresql")
def test_several_make_the_missing_database_at_once(absent_database, files, whimbrel):
    files.chain("a1", trace="trace")
    running = [whimbrel.start("run", "--create-db", "--url", absent_database.url, *application()) for _ in range(6)]
    assert [starter.finish().code for starter in running] == [7] * 6
    assert absent_database.query("SELECT count(*) FROM trace") == [(1,)]


@pytest.mark.engine("postgresql")
def test_wrong_password_fails_at_once(project, database, cluster, whimbrel):
    project.chain("a1")
    started = time.monotonic()
    result = whimbrel("run", "--wait", "30s", "--url", cluster.tcp_url(database.name, password="wr0ng-s3cret"), *application())
    assert result.code in (1, 4), result
    assert time.monotonic() - started < 10
    assert "password" in result.err.lower()
    assert "wr0ng-s3cret" not in result.out + result.err
    assert "STARTED" not in result.out


@pytest.mark.engine("postgresql")
def test_unknown_role_fails_at_once(project, database, cluster, whimbrel):
    project.chain("a1")
    started = time.monotonic()
    result = whimbrel("run", "--wait", "30s", "--url", cluster.tcp_url(database.name, "no_such_role"), *application())
    assert result.code in (1, 4), result
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_unknown_host(files, whimbrel):
    files.chain("a1")
    result = whimbrel("run", "--wait", "2s", "--url", "postgresql://u:p@no-such-host.invalid/x", *application())
    assert result.code in (1, 4), result
    assert "no-such-host.invalid" in result.err
    assert "STARTED" not in result.out


def test_nothing_listens(files, whimbrel):
    files.chain("a1")
    started = time.monotonic()
    result = whimbrel("run", "--wait", "1s", "--url", f"postgresql://u:p@127.0.0.1:{free_port()}/x", *application())
    assert result.code == 4, result
    assert 0.8 < time.monotonic() - started < 6


@pytest.mark.slow
def test_waits_for_a_server_that_comes_up_later(files, whimbrel):
    cluster = Cluster()
    try:
        files.chain("a1")
        running = whimbrel.start("run", "--wait", "60s", "--url", cluster.url("postgres"), *application())
        time.sleep(1.5)
        assert running.process.poll() is None
        assert "wait" in running.text().lower(), "it says that it waits"
        cluster.start()
        result = running.finish()
        assert result.code == 7, result
        assert cluster.psql("postgres", "-c", "SELECT version_num FROM alembic_version") == "a1\n"
    finally:
        cluster.remove()


# ---- Signals ----


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signal_while_migrating_cancels_on_the_server(project, database, whimbrel, number, code):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE half (a integer);\nSELECT pg_sleep(60);")
    running = whimbrel.start("run", *application())
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    started = time.monotonic()
    running.signal(number)
    result = running.finish(10)
    assert result.code == code, result
    assert time.monotonic() - started < 5
    assert "STARTED" not in result.out
    assert "b2" in result.err
    assert wait_until(lambda: not database.activity("%pg_sleep%"), 3), "the server has stopped too"
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]
    assert database.locks() == []


@pytest.mark.engine("sqlite")
def test_signal_while_migrating_interrupts_sqlite(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE half AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                           "LIMIT 100000000000) SELECT max(i) FROM n;")
    running = whimbrel.start("run", *application())
    running.wait_for("[1/2]")
    time.sleep(0.5)
    running.signal(signal.SIGTERM)
    result = running.finish(10)
    assert result.code == 143, result
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]


def test_signal_while_waiting_for_the_server(files, whimbrel):
    files.chain("a1")
    running = whimbrel.start("run", "--wait", "60s", "--url", f"postgresql://u:p@127.0.0.1:{free_port()}/x", *application())
    time.sleep(0.7)
    running.signal(signal.SIGTERM)
    assert running.finish(5).code == 143


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_signal_while_waiting_for_the_lock(project, database, whimbrel):
    project.revision("a1", "SELECT pg_sleep(5);")
    first = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    second = whimbrel.start("run", *application())
    time.sleep(0.7)
    second.signal(signal.SIGTERM)
    assert second.finish(5).code == 143
    first.finish().ok()


def test_signals_reach_the_application(project, database, whimbrel):
    project.chain("a1")
    running = whimbrel.start("run", "--", PYTHON, "-uc", "import signal, time; "
                             "signal.signal(signal.SIGTERM, lambda *_: exit(42)); print('READY'); time.sleep(60)")
    running.wait_for("READY")
    running.signal(signal.SIGTERM)
    assert running.finish(10).code == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="making a PID namespace needs root")
def test_as_pid_1(project, database, whimbrel):
    project.chain("a1")
    running = whimbrel.start("run", *application(), prefix=["unshare", "--pid", "--fork", "--mount-proc"])
    result = running.finish()
    if "unshare" in result.err:
        pytest.skip("no PID namespace can be made here")
    assert result.code == 7, result
    assert "STARTED 1 " in result.out


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_killed_at_any_time_the_next_start_carries_on(project, database, whimbrel):
    project.chain("a1", trace="trace")
    project.revision("b2", "INSERT INTO trace VALUES ('b2'); SELECT pg_sleep(3);")
    running = whimbrel.start("run", *application())
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    running.signal(signal.SIGKILL)
    running.finish()
    result = whimbrel("run", *application())
    assert result.code == 7, result
    assert database.heads() == ["b2"]
    assert database.query("SELECT revision FROM trace ORDER BY 1") == [("a1",), ("b2",)]


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12])
def test_killed_early(project, database, whimbrel, delay):
    project.chain(*[f"r{number}" for number in range(30)], trace="trace")
    running = whimbrel.start("upgrade")
    time.sleep(delay)
    running.signal(signal.SIGKILL)
    running.finish()
    whimbrel("upgrade").ok()
    assert database.query("SELECT count(*), count(DISTINCT revision) FROM trace") == [(30, 30)]


def test_image_older_than_the_database_is_a_warning(project, database, whimbrel):
    project.chain("a1")
    newer = project.revision("b2", "CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    newer.unlink()
    result = whimbrel("run", *application())
    assert result.code == 7, result
    assert "b2" in result.err


def test_logs_as_json_lines(project, database, whimbrel):
    project.chain("a1", "b2")
    result = whimbrel("run", "--log-format", "json", *application())
    events = [json.loads(line) for line in result.err.splitlines()]
    assert {event.get("revision") for event in events} >= {"a1", "b2"}
    assert result.out.startswith("STARTED")


@pytest.mark.engine("postgresql")
def test_closed_stderr_does_not_stop_it(project, database, whimbrel):
    project.chain("a1")
    running = whimbrel.start("run", *application(), prefix=["sh", "-c", 'exec "$0" "$@" 2>&-'])
    result = running.finish()
    assert result.code == 7, result
    assert database.heads() == ["a1"]


def test_log_that_nobody_reads_any_more(project, database, whimbrel):
    project.chain("a1", "b2")
    out, closed = os.pipe()
    os.close(out)
    done = subprocess.run([str(PROGRAM), "upgrade", "-v"], cwd=whimbrel.folder, env=whimbrel.environment, stdout=closed,
                          stderr=closed, timeout=30)
    os.close(closed)
    assert done.returncode == 0
    assert database.heads() == ["b2"]
