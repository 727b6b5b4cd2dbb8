"""`run --health ADDRESS`: what answers a liveness probe while whimbrel waits and migrates."""

import http.client
import json
import os
import signal
import socket
import sys
import time

import pytest

from support.cluster import free_port
from support.program import wait_until

# Binds the port that whimbrel has just left, without SO_REUSEADDR: nothing may be left of it there.
APPLICATION = ("import os, socket, sys; s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(); "
               "print('BOUND', sorted(os.listdir('/proc/self/task')) == [str(os.getpid())], flush=True)")


@pytest.fixture
def port():
    return free_port()


def ask(port, path="/", method="GET", host="127.0.0.1"):
    """(status, body) of one request; None while nobody listens."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def send(port, data, seconds=5):
    """What comes back for these bytes, until the other end has nothing more to say."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as peer:
        received = b""
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while chunk := peer.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


def nowhere():
    """A URL where nothing listens."""
    return f"postgresql://u:s3cret@127.0.0.1:{free_port()}/x"


@pytest.fixture
def waiting(files, whimbrel, port):
    """A whimbrel that waits for a database which never comes, and answers."""
    files.chain("a1")
    running = whimbrel.start("run", "--health", f"127.0.0.1:{port}", "--wait", "60s", "--url", nowhere(), "--", "true")
    assert wait_until(lambda: ask(port) and "waiting" in ask(port)[1])
    return running


# ---- What it says ----


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_it_says_how_far_it_is_and_the_port_is_free_for_the_application(project, database, whimbrel, port):
    project.chain("a1", "b2")
    project.revision("c3", "SELECT pg_sleep(2);", message="take some time")
    running = whimbrel.start("run", "--health", f":{port}", "--", sys.executable, "-c", APPLICATION, port)
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    assert ask(port) == ask(port, "/any/thing?x") == (200, "migrating 3 of 3: c3 take some time\n")
    assert ask(port, host="::1") == ask(port), "both kinds of addresses"
    second = whimbrel.start("run", "--health", f":{free_port()}", "--", "true")
    result = running.finish()
    assert result.out == "BOUND True\n" and result.code == 0, result
    second.finish().ok()
    assert database.heads() == ["c3"]


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_it_says_that_it_waits_for_the_lock(project, database, whimbrel, port):
    project.revision("a1", "SELECT pg_sleep(2);")
    first = whimbrel.start("upgrade")
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    second = whimbrel.start("run", "--health", f"127.0.0.1:{port}", "--", "true")
    assert wait_until(lambda: ask(port) == (200, "waiting for the lock\n"), 2)
    first.finish().ok()
    second.finish().ok()


def test_it_says_that_it_waits_for_somebody_else(project, database, whimbrel, port):
    project.chain("a1", "b2")
    running = whimbrel.start("run", "--mode", "wait", "--health", f"127.0.0.1:{port}", "--", "true")
    assert wait_until(lambda: ask(port) == (200, "waiting for somebody else to apply 2 revisions\n"))
    running.wait_for("waiting for somebody else to apply 2 pending revisions")
    whimbrel("upgrade").ok()
    running.finish().ok()
    assert ask(port) is None


def test_it_says_that_it_waits_and_nothing_of_the_database(waiting, port):
    assert ask(port) == (200, "waiting for the database\n")
    assert ask(port, method="HEAD") == (200, "")
    assert ask(port, method="POST")[0] == 405
    waiting.signal(signal.SIGTERM)
    assert waiting.finish(5).code == 143
    assert ask(port) is None


def test_with_a_path_everything_else_is_unavailable(files, whimbrel, port):
    files.chain("a1")
    running = whimbrel.start("run", "--wait", "60s", "--url", nowhere(), "--", "true",
                             env={"WHIMBREL_HEALTH": f"127.0.0.1:{port}/live"})
    assert wait_until(lambda: ask(port, "/live"))
    assert ask(port, "/live")[0] == 200
    assert ask(port, "/ready")[0] == ask(port)[0] == 503
    running.signal(signal.SIGTERM)
    running.finish(5)


def test_in_the_ini_file_and_off_by_an_empty_variable(files, whimbrel, port):
    files.chain("a1")
    (files.folder / "whimbrel.ini").write_text(f"[whimbrel]\nhealth = 127.0.0.1:{port}\n")
    arguments = ["run", "--wait", "1s", "--url", nowhere(), "--", "true"]
    running = whimbrel.start(*arguments, env={"WHIMBREL_HEALTH": ""})
    assert wait_until(lambda: ask(port)), "a variable that is set to nothing is not set"
    assert running.finish().code == 4


# ---- Addresses ----


@pytest.mark.parametrize("address", ["8081", "localhost:8081", ":0", "[::1]", ""])
def test_what_is_no_address_is_refused(project, database, whimbrel, address):
    project.chain("a1")
    whimbrel("run", "--health", address, "--", "true").failed(2, "health", "an address like :8081")
    assert not database.heads()


def test_an_address_that_is_taken_is_refused_before_anything_is_done(project, database, whimbrel, port):
    project.chain("a1")
    with socket.create_server(("127.0.0.1", port)):
        whimbrel("run", "--health", f"127.0.0.1:{port}", "--", "true").failed(1, f"can't listen at 127.0.0.1:{port}", "in use")
    assert not database.heads()


def test_an_address_of_another_machine_is_refused(project, database, whimbrel, port):
    project.chain("a1")
    whimbrel("run", "--health", f"192.0.2.1:{port}", "--", "true").failed(1, f"can't listen at 192.0.2.1:{port}")
    assert not database.heads()


# ---- Whoever else comes ----


@pytest.mark.parametrize("data, status", [
    (b"\0\1\2\xff\n\n", 400), (b"GET / HTTP/3\r\n\r\n", 400), (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 200000, 431), (b"GET / HTTP/1.1\r\n\r\n" + b"x" * 200000, 200)])
def test_garbage_is_answered_and_forgotten(waiting, port, data, status):
    received = send(port, data)
    assert received.startswith(b"HTTP/1.1 %d " % status) or (len(data) > 100000 and received == b"")
    assert ask(port)[0] == 200


def test_who_sends_nothing_keeps_nobody_out(waiting, port):
    silent = []
    for number in range(100):
        silent.append(socket.create_connection(("127.0.0.1", port)))
        if number % 2:
            silent[-1].send(b"GET / HT")
    assert ask(port) == (200, "waiting for the database\n")
    assert len(os.listdir(f"/proc/{waiting.pid}/fd")) < 40
    started = time.monotonic()
    waiting.signal(signal.SIGTERM)
    assert waiting.finish(5).code == 143
    assert time.monotonic() - started < 2
    for peer in silent:
        peer.close()


@pytest.mark.slow
@pytest.mark.engine("postgresql")
def test_a_flood_does_not_change_what_is_done(project, database, whimbrel, port):
    project.chain(*[f"r{number}" for number in range(20)], trace="trace")
    project.revision("last", "SELECT pg_sleep(1.5);")
    running = whimbrel.start("run", "--log-format", "json", "--health", f"127.0.0.1:{port}", "--", sys.executable, "-c",
                             APPLICATION, port)
    asked = 0
    while running.process.poll() is None:
        asked += 1
        try:
            send(port, b"GET / HTTP/1.1\r\n\r\n" if asked % 2 else os.urandom(5000), 0.02)
        except OSError:
            pass
    result = running.finish()
    assert "BOUND True" in result.out and asked > 5, result
    assert database.query("SELECT count(*), count(DISTINCT revision) FROM trace") == [(20, 20)]
    assert [json.loads(line)["level"] for line in result.err.splitlines()].count("error") == 0


@pytest.mark.slow
def test_no_descriptors_left_is_waited_out(files, whimbrel, port):
    """With all descriptors in use a connection stays in the queue, and costs no time of the processor."""
    files.chain("a1")
    running = whimbrel.start("run", "--health", f"127.0.0.1:{port}", "--wait", "60s", "--url", nowhere(), "--", "true",
                             prefix=["prlimit", "--nofile=14"])
    running.wait_for("waiting")  # libpq has been loaded, which takes descriptors as well
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    before = cpu_seconds(running.pid)
    time.sleep(1)
    assert cpu_seconds(running.pid) - before < 0.3
    for peer in silent:
        peer.close()
    assert wait_until(lambda: ask(port) and ask(port)[0] == 200), running.text()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
