"""PgBouncer in front of a Cluster."""

import shutil
import signal
import socket

from support.cluster import free_port, server_folder, start_server
from support.program import wait_until


class PgBouncer:
    """`url(database)` goes through the pool; `mode` is session, transaction or statement."""

    def __init__(self, cluster, mode, **settings):
        self.cluster, self.mode = cluster, mode
        self.folder = server_folder("wb-pool-")
        self.port = free_port()
        settings = {"listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "trust",
                    "auth_file": self.folder / "users", "pool_mode": mode, "default_pool_size": 10,
                    "ignore_startup_parameters": "extra_float_digits,options"} | settings
        lines = ["[databases]", f"* = host={cluster.folder} port={cluster.port}", "[pgbouncer]"]
        lines += [f"{key} = {value}" for key, value in settings.items()]
        (self.folder / "pgbouncer.ini").write_text("\n".join([*lines, ""]))
        (self.folder / "users").write_text(f'"{cluster.user}" ""\n')

    def start(self):
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        with open(self.folder / "log", "ab") as log:
            self.process = start_server([program, str(self.folder / "pgbouncer.ini")], log)
        if not wait_until(self._answers, 10):
            raise RuntimeError("PgBouncer did not start:\n" + (self.folder / "log").read_text())
        return self

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def url(self, database):
        return self.cluster.tcp_url(database, password="any", port=self.port)

    def remove(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
