"""A private PostgreSQL server in a temporary folder, run by an unprivileged user, gone when its owner is.

Only the standard library is needed, so that the benchmarks can use it too.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

MEMORY_WANTED = 8 << 30

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


def find_program(name):
    """A server program: Debian keeps them out of the PATH, one folder per major version."""
    folders = [os.environ.get("PG_BIN")] if os.environ.get("PG_BIN") else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    for folder in folders:
        if (Path(folder) / name).exists():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def unprivileged_user():
    """Who servers run as when the tests run as root, which PostgreSQL and PgBouncer refuse; None when they don't."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise RuntimeError("neither a user postgres nor a user nobody")


def as_unprivileged(command):
    """`command`, to be run as unprivileged_user()."""
    user = unprivileged_user()
    if user is None:
        return command
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def die_with_parent():
    """In a child, before exec: SIGQUIT when the parent ends, however it does."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def start_server(command, log):
    """Starts a server in the foreground, as an unprivileged user, so that its pid is the child's."""
    if unprivileged_user():  # changing the user forgets the signal: setpriv sets it afterwards
        command = as_unprivileged(command)
        command.insert(1, "--pdeathsig=QUIT")
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)


def server_folder(prefix, parent="/tmp"):
    """A new temporary folder that belongs to the user servers run as. Short: a socket's path has 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    user = unprivileged_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o755)
    return folder


def quick_parent():
    """Where a server's files are best kept: in memory if there is plenty. Making a database writes three hundred of them."""
    memory = Path("/dev/shm")
    plenty = memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_WANTED
    return memory if plenty else Path("/tmp")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """
    `start`, `stop`, `restart`; the superuser is `whimbrel`, trusted on the socket, with a password over TCP. With
    `copy_of` it begins with the files of another cluster, which must be down: quicker than new ones.
    """

    user = "whimbrel"

    def __init__(self, parent="/tmp", copy_of=None, **settings):
        self.settings = SETTINGS | settings
        self.password = copy_of.password if copy_of else secrets.token_urlsafe(12)
        self.folder = server_folder("wb-pg-", parent)
        self.port = free_port()
        self.process = None
        if copy_of:
            subprocess.run(as_unprivileged(["cp", "-a", str(copy_of.data), str(self.data)]), check=True)
        else:
            self._initialise()

    @property
    def data(self):
        return self.folder / "data"

    @property
    def log(self):
        return self.folder / "log"

    def _initialise(self):
        password_file = self.folder / "password"
        password_file.write_text(self.password + "\n")
        password_file.chmod(0o644)
        subprocess.run(
            as_unprivileged([
                find_program("initdb"), "--pgdata", str(self.data), "--username", self.user, "--encoding", "UTF8",
                "--locale", "C.UTF-8", "--no-sync", "--auth-local", "trust", "--auth-host", "scram-sha-256",
                "--pwfile", str(password_file)]),
            check=True, capture_output=True, cwd="/")
        password_file.unlink()

    def start(self, seconds=10):
        """Orphaned children of one that has crashed may take a moment to be gone: no new one begins before."""
        deadline = time.monotonic() + seconds
        while True:
            before = self.log.stat().st_size if self.log.exists() else 0
            try:
                return self._start_once()
            except RuntimeError:
                if b"is still in use" not in self.log.read_bytes()[before:] or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _start_once(self):
        options = self.settings | {"port": self.port, "unix_socket_directories": self.folder}
        arguments = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        with open(self.log, "ab") as log:
            self.process = start_server([find_program("postgres"), "-D", str(self.data), *arguments], log)
        self._wait_until_ready()
        return self

    @property
    def version(self):
        """15 of 15.6."""
        return int((self.data / "PG_VERSION").read_text())

    def create_database_sql(self, name, template="template1"):
        """By copying files where that can be said: a third of the time that writing all pages takes."""
        quick = " STRATEGY file_copy" if self.version >= 15 else ""
        return f'CREATE DATABASE "{name}" TEMPLATE "{template}"{quick}'

    def is_ready(self):
        return subprocess.run([find_program("pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)],
                              stderr=subprocess.DEVNULL).returncode == 0

    def _wait_until_ready(self, seconds=30):
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + self.log.read_text(errors="replace"))
            time.sleep(0.02)

    def stop(self, how=signal.SIGINT):
        """SIGTERM waits for sessions to end, SIGINT ends them, SIGQUIT is a crash in good order, SIGKILL one without."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def restart(self, how=signal.SIGINT):
        self.stop(how)
        self.start()

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def url(self, database):
        """Through the Unix socket, without a password."""
        return f"postgresql://{self.user}@/{quote(database)}?host={self.folder}&port={self.port}"

    def tcp_url(self, database, user=None, password=None, port=None):
        """Through TCP, with a password."""
        user, password = user or self.user, self.password if password is None else password
        return f"postgresql://{quote(user, '')}:{quote(password, '')}@127.0.0.1:{port or self.port}/{quote(database)}"

    def pg_dump(self, database, *arguments):
        """What pg_dump writes of the database. A test that finds it older than the server is skipped."""
        command = [find_program("pg_dump"), "-h", str(self.folder), "-p", str(self.port), "-U", self.user, *arguments,
                   "-d", database]
        done = subprocess.run(command, capture_output=True, text=True)
        if "server version mismatch" in done.stderr:
            import pytest
            pytest.skip("pg_dump is older than the server")
        if done.returncode != 0:
            raise RuntimeError(f"pg_dump: {done.stderr}")
        return done.stdout

    def psql(self, database, *arguments, script=None):
        """Runs psql on the database; its output. Raises when it fails."""
        command = [find_program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder),
                   "-p", str(self.port), "-U", self.user, "-d", database, *map(str, arguments)]
        done = subprocess.run(command, input=script, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stdout
