"""The images, built once, and the example as its compose file says."""

import os
import shutil

import pytest

from support.cluster import free_port
from support.containers import Compose, Engine
from support.program import ROOT, wait_until

EXAMPLE = ROOT / "examples" / "resumegen"

if os.geteuid() != 0:
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="session")
def images():
    """podman, with images of the project's own Dockerfiles, unchanged, on bases of the names that they ask for."""
    engine = Engine()
    engine.make_bases()
    engine.build("whimbrel", ROOT / "Dockerfile", ROOT)
    engine.build("resumegen", EXAMPLE / "Dockerfile", ROOT)
    return engine


@pytest.fixture
def compose(images):
    variables = {"POSTGRES_USER": "resumegen", "POSTGRES_PASSWORD": "s3cret-Word", "POSTGRES_DB": "resumegen",
                 "POSTGRES_PORT": str(free_port())}
    compose = Compose(images, (EXAMPLE / "docker-compose.yml").read_text(), {"backend": "resumegen"}, variables)
    yield compose
    compose.remove()


class Example:
    """The services of the example, its replicas each at a port of its own."""

    def __init__(self, compose):
        self.compose = compose
        self.replica_count = compose.services["backend"]["deploy"]["replicas"]
        self.server = compose.start("db")

    def up(self, *options, **changes):
        """All replicas at once: (container, port) of each."""
        replicas = []
        for _ in range(self.replica_count):
            port = free_port()
            replicas.append((self.compose.start("backend", *options, BACKEND_PORT=str(port), **changes), port))
        return replicas

    def one(self, *options, **changes):
        return self.compose.start("backend", *options, BACKEND_PORT=str(free_port()), **changes)

    def wait_for_server(self):
        assert wait_until(lambda: self.compose.is_healthy("db", self.server), 60), self.server.logs()

    def query(self, sql):
        """The rows, as text."""
        variables = self.compose.variables
        done = self.server.execute("psql", "-h", "/tmp", "-p", variables["POSTGRES_PORT"], "-U", variables["POSTGRES_USER"],
                                   "-d", variables["POSTGRES_DB"], "-v", "ON_ERROR_STOP=1", "-Atc", sql)
        return done.stdout.splitlines()

    def state(self):
        """The heads, and how often each revision was applied."""
        return (self.query("SELECT version_num FROM alembic_version ORDER BY 1"),
                self.query("SELECT revision, count(*) FROM whimbrel_ledger GROUP BY 1 ORDER BY 1"))

    def tables(self):
        return self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


@pytest.fixture
def example(compose):
    return Example(compose)


@pytest.fixture
def migrations(tmp_path):
    """A copy of the example's revision files, to add some, and podman's options to put it into a container."""
    folder = tmp_path / "migrations"
    shutil.copytree(EXAMPLE / "migrations", folder)
    tmp_path.chmod(0o755)

    class Migrations:
        options = ("--volume", f"{folder}:/srv/resumegen/migrations:ro")

        @staticmethod
        def add(revision, sql, revises="27c6a30d7c24"):
            path = folder / f"209901010000_{revision}_added.sql"
            path.write_text(f"-- revision: {revision}\n-- revises: {revises}\n-- message: added\n\n-- migrate:up\n{sql}\n\n"
                            "-- migrate:down irreversible\n")
            return path.name

    return Migrations
