"""A streaming replica of a Cluster."""

import subprocess

from support.cluster import Cluster, as_unprivileged


class Standby(Cluster):
    """
    Follows `primary`, to which it is known as `name`; hot, so that it can be read. It begins with the primary's files,
    and so has to be made while that is down. `promote` makes it a primary.
    """

    def __init__(self, primary, name="standby", **settings):
        super().__init__(copy_of=primary, **settings)
        subprocess.run(as_unprivileged(["touch", str(self.data / "standby.signal")]), check=True)
        with open(self.data / "postgresql.auto.conf", "a") as configuration:
            configuration.write(f"primary_conninfo = 'host={primary.folder} port={primary.port} "
                                f"user={primary.user} application_name={name}'\n")

    def run(self, sql):
        return self.psql("postgres", "-c", sql).strip()

    def cut_off(self):
        """What the primary writes from now on does not come here any more."""
        self.run("ALTER SYSTEM SET primary_conninfo = ''")
        self.run("SELECT pg_reload_conf()")

    def promote(self):
        """Until it takes writing."""
        assert self.run("SELECT pg_promote(true, 30)") == "t"
