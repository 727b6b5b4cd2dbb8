"""A streaming replica of a Cluster, made from the cluster's own files."""

import shutil
import subprocess

from support.cluster import SETTINGS, Cluster, as_unprivileged, find_program, free_port, server_folder


class Standby(Cluster):
    """
    Follows `primary` under `name`; hot, so that it can be read. `promote` makes it a primary of its own. What it is
    asked for is to be found in the same databases, by the same roles.
    """

    def __init__(self, primary, name="standby", **settings):
        self.primary, self.name = primary, name
        self.settings = SETTINGS | settings
        self.password = primary.password
        self.folder = server_folder("wb-pg-")
        self.port = free_port()
        self.process = None
        subprocess.run(
            as_unprivileged([
                find_program("pg_basebackup"), "--pgdata", str(self.data), "--host", str(primary.folder), "--port",
                str(primary.port), "--username", primary.user, "--write-recovery-conf", "--checkpoint=fast",
                "--no-sync", "--wal-method=stream"]),
            check=True, capture_output=True, cwd="/")
        with open(self.data / "postgresql.auto.conf", "a") as configuration:
            configuration.write(f"primary_conninfo = 'host={primary.folder} port={primary.port} "
                                f"user={primary.user} application_name={name}'\n")

    def replays(self, switch):
        """Stands still, or goes on."""
        self.psql("postgres", "-c", f"SELECT pg_wal_replay_{'resume' if switch else 'pause'}()")

    def promote(self):
        """Until it takes writing."""
        self.psql("postgres", "-c", "SELECT pg_promote(true, 30)")
