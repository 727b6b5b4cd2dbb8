"""A database of either engine, seen past whimbrel: what is really in it."""

import sqlite3
import uuid

import psycopg

OWN_TABLES = {"alembic_version", "whimbrel_ledger"}


class Database:
    """`engine`, `url`, `query`, `execute`, `tables`, `heads`, `ledger`, `columns`, `remove`."""

    def heads(self):
        """The rows of the heads table, sorted; None when there is no such table."""
        if "alembic_version" not in self.all_tables():
            return None
        return sorted(row[0] for row in self.query("SELECT version_num FROM alembic_version"))

    def tables(self):
        """The tables that revisions made, sorted."""
        return sorted(set(self.all_tables()) - OWN_TABLES)

    def ledger(self, columns="revision, direction, state"):
        return self.query(f"SELECT {columns} FROM whimbrel_ledger")


class PostgreSQL(Database):
    engine = "postgresql"

    def __init__(self, cluster, create=True):
        self.cluster = cluster
        self.name = f"t_{uuid.uuid4().hex[:12]}"
        if create:
            self.admin(cluster.create_database_sql(self.name))

    @property
    def url(self):
        return self.cluster.url(self.name)

    @property
    def version(self):
        """The server's, 15 of 15.6."""
        return int(self.query("SHOW server_version_num")[0][0]) // 10000

    @property
    def watches_clients(self):
        """Whether it notices that a client has gone for which it works; steps share a message only then."""
        return self.version >= 14

    @property
    def tcp_url(self):
        return self.cluster.tcp_url(self.name)

    def _connect(self, database):
        return psycopg.connect(host=str(self.cluster.folder), port=self.cluster.port, user=self.cluster.user,
                               dbname=database, autocommit=True)

    def connect(self):
        """A session of its own, in autocommit."""
        return self._connect(self.name)

    def admin(self, sql):
        with self._connect("postgres") as connection:
            connection.execute(sql)

    def exists(self):
        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.name,))
            return found.fetchone() is not None

    def query(self, sql):
        with self.connect() as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql):
        with self.connect() as connection:
            connection.execute(sql)

    def run_script(self, script):
        """By psql, as a person would."""
        self.cluster.psql(self.name, "-f", "-", script=script)

    def all_tables(self):
        return [row[0] for row in self.query(
            "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")]

    def columns(self, table):
        return [row[0] for row in self.query(
            "SELECT attname FROM pg_attribute "
            f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum")]

    def activity(self, text="%"):
        """The running statements that are like `text`, but for this one."""
        return self.query("SELECT pid, query FROM pg_stat_activity WHERE state = 'active' AND datname = "
                          f"'{self.name}' AND pid <> pg_backend_pid() AND query LIKE '{text}'")

    def locks(self):
        """The advisory locks that are held in this database."""
        return self.query("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
                          f"(SELECT oid FROM pg_database WHERE datname = '{self.name}')")

    def remove(self):
        self.admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


class SQLite(Database):
    engine = "sqlite"

    def __init__(self, path):
        self.path = path

    @property
    def url(self):
        return f"sqlite:///{self.path}"  # the path is absolute: four slashes

    def connect(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def exists(self):
        return self.path.exists()

    def query(self, sql):
        connection = self.connect()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def execute(self, sql):
        self.run_script(sql)

    def run_script(self, script):
        connection = self.connect()
        try:
            connection.executescript(script)
        finally:
            connection.close()

    def all_tables(self):
        return [row[0] for row in self.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")]

    def columns(self, table):
        return [row[1] for row in self.query(f"PRAGMA table_info({table})")]

    def remove(self):
        pass
