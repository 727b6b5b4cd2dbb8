"""
The scratch database: a view of it past the project, and the guard that lets no connection go anywhere else.
"""

import gc
import os
import secrets
import sqlite3
import weakref

from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import Pool

from whimbrel import catalog
from whimbrel.protocol import Failure

HINT = ("The project must take its URL from sqlalchemy.url of the configuration or from the environment (DATABASE_URL, "
        "POSTGRES_HOST, POSTGRES_DB, ...; --url-variable NAME adds one). Nothing was changed.")


# Nobody else is there: a lock that is waited for longer is held by another session of the revision itself, for ever. And
# nothing of it has to survive a crash.
SETTINGS = ("SET lock_timeout = '15s'", "SET synchronous_commit = off")
MANY_SESSIONS = 10


def shown(url):
    return make_url(url).render_as_string(hide_password=True) if hasattr(make_url(url), "render_as_string") else "***"


class Refused(Exception):
    """A connection that would have gone elsewhere."""


class Scratch:
    """What both engines have. `url`: SQLAlchemy's. `dialect`: its name there."""

    def __init__(self, url):
        self.url = url
        self.refusal = None  # kept: env.py may catch the exception
        self.checked = False  # a connection of the project has been found to be to it
        event.listen(Engine, "do_connect", self._before_connect)
        event.listen(Pool, "connect", self._after_connect)

    def _refuse(self, where):
        self.refusal = Failure(
            "the project connects to %s, not to the scratch database" % where, "The scratch database is %s." %
            shown(self.url), HINT)
        raise Refused(self.refusal.args[0])

    def _before_connect(self, dialect, record, arguments, parameters):
        if dialect.name != self.dialect:
            self._refuse("a database of %s" % dialect.name)
        self.check_address(arguments, parameters)

    def _after_connect(self, connection, record):
        if not self.is_here(connection):
            self._refuse("another database")
        self.checked = True

    def run_script(self, sql):
        """Several statements in one text."""
        self.execute(sql)

    def run_all(self, statements, together):
        """The statements in one transaction or one by one."""
        if not together:
            for sql in statements:
                self.execute(sql)
            return
        self.execute("BEGIN")
        try:
            for sql in statements:
                self.execute(sql)
            self.execute("COMMIT")
        except Exception:
            self.execute("ROLLBACK")
            raise


class SQLiteScratch(Scratch):
    dialect = "sqlite"

    def __init__(self, url):
        self.path = make_url(url).database
        super().__init__(url)

    def _connect(self):
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def _query(self, sql):
        connection = self._connect()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def run_script(self, sql):
        connection = self._connect()
        try:
            connection.executescript(sql)
        finally:
            connection.close()

    def run_all(self, statements, together):
        connection = self._connect()
        self.execute = connection.execute
        try:
            super().run_all(statements, together)
        finally:
            connection.close()

    def snapshot(self, version_table):
        return catalog.of_sqlite(self._query, version_table)

    def is_empty(self):
        return self._query("SELECT count(*) FROM sqlite_master")[0][0] == 0

    def reset(self):
        for suffix in ("", "-journal", "-wal", "-shm"):
            if os.path.exists(self.path + suffix):
                os.unlink(self.path + suffix)

    def use_search_path(self, path):
        pass

    def settle(self):
        pass

    def _is_path(self, path):
        if isinstance(path, bytes):
            path = path.decode()
        if not isinstance(path, str):
            return False
        if path.startswith("file:"):
            path = path[5:].partition("?")[0]
        return os.path.realpath(path) == os.path.realpath(self.path)

    def check_address(self, arguments, parameters):
        path = arguments[0] if arguments else parameters.get("database")
        if not self._is_path(path):
            self._refuse("the SQLite file %s" % path)

    def is_here(self, connection):
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA database_list")
            files = {row[1]: row[2] for row in cursor.fetchall()}
            if self._is_path(files.get("main")):
                cursor.execute("PRAGMA synchronous = OFF")
        finally:
            cursor.close()
        return self._is_path(files.get("main"))


class PostgreSQLScratch(Scratch):
    """
    A session of the bridge's own holds an advisory lock of a random key. A connection is to the scratch database if it
    sees that lock as one of its own database: neither a name nor an address can deceive it.
    """

    dialect = "postgresql"

    def __init__(self, url):
        super().__init__(url)
        self.database = make_url(url).database
        self.connections = []  # weak references to the project's, but for asynchronous ones
        self.view = _open_view(make_url(url))
        self.query, self.execute = self.view.query, self.view.execute
        self.key = secrets.randbits(62)
        self.query("SELECT pg_catalog.pg_advisory_lock(%d)::text" % self.key)
        for setting in SETTINGS:
            self.execute(setting)

    def snapshot(self, version_table):
        return catalog.of_postgresql(self.query, version_table)

    def is_empty(self):
        return not any(kind == "table" for kind, _ in self.snapshot("alembic_version"))

    def settle(self):
        """Sessions that the project keeps for later have no transaction open in the meantime: it would hold locks."""
        open_ones = []
        for reference in self.connections:
            connection = reference()
            try:
                if connection is not None and not connection.closed:
                    connection.rollback()
                    open_ones.append(reference)
            except Exception:
                pass  # it is as good as closed
        self.connections = open_ones
        if len(open_ones) > MANY_SESSIONS:
            gc.collect()  # an env.py makes a new engine each time, and leaves its pool behind

    def reset(self):
        for (name,) in self.query("SELECT nspname FROM pg_catalog.pg_namespace "
                                  "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"):
            self.execute('DROP SCHEMA "%s" CASCADE' % name.replace('"', '""'))
        for (name,) in self.query("SELECT extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'"):
            self.execute('DROP EXTENSION "%s" CASCADE' % name)
        self.execute("CREATE SCHEMA public")
        self.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")

    def use_search_path(self, path):
        self.query("SELECT pg_catalog.set_config('search_path', '%s', false)" % path.replace("'", "''"))

    def check_address(self, arguments, parameters):
        name = parameters.get("dbname") or parameters.get("database")
        if name and name != self.database:
            self._refuse("the database %s" % name)

    def is_here(self, connection):
        cursor = connection.cursor()
        try:
            cursor.execute(
                "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid = %d AND "
                "objid = %d AND objsubid = 1 AND database = (SELECT oid FROM pg_catalog.pg_database "
                "WHERE datname = pg_catalog.current_database())" % (self.key >> 32, self.key & 0xFFFFFFFF))
            found = cursor.fetchone()[0] == 1
            if found:
                for setting in SETTINGS:
                    cursor.execute(setting)
        finally:
            cursor.close()
        if not found:
            connection.rollback()
            return False
        connection.commit()
        if type(connection).__module__.startswith("psycopg"):
            self.connections.append(weakref.ref(connection))
        return True


# ---- A session past SQLAlchemy, by whichever driver there is ----


class _DriverView:
    def __init__(self, connection):
        self.connection = connection
        connection.autocommit = True

    def query(self, sql):
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
            return cursor.fetchall()
        finally:
            cursor.close()

    def execute(self, sql):
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
        finally:
            cursor.close()


class _AsyncpgView:
    def __init__(self, asyncpg, url):
        import asyncio

        host = url.query.get("host") or url.host
        port = url.query.get("port") or url.port
        self.loop = asyncio.new_event_loop()
        self.connection = self._wait(asyncpg.connect(
            host=host, port=int(port) if port else None, user=url.username, password=url.password,
            database=url.database))

    def _wait(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def query(self, sql):
        return [tuple(row) for row in self._wait(self.connection.fetch(sql))]

    def execute(self, sql):
        self._wait(self.connection.execute(sql))


_LIBPQ = {"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "options",
          "connect_timeout", "channel_binding", "gssencmode", "target_session_attrs", "service"}


def _open_view(url):
    words = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    words = {key: value for key, value in list(words.items()) + list(url.query.items()) if value and key in _LIBPQ}
    for name in ("psycopg2", "psycopg", "asyncpg"):
        try:
            driver = __import__(name)
        except ImportError:
            continue
        try:
            return _AsyncpgView(driver, url) if name == "asyncpg" else _DriverView(driver.connect(**words))
        except Exception as error:
            raise Failure("can't connect to the scratch database %s" % shown(str(url)), str(error).strip()) from None
    raise Failure("the interpreter has no driver for PostgreSQL", "None of psycopg2, psycopg and asyncpg is there.",
                  "Install the one that the project uses, or name its interpreter with --python.")


def open_scratch(url):
    name = make_url(url).get_backend_name()
    if name == "sqlite":
        return SQLiteScratch(url)
    if name == "postgresql":
        return PostgreSQLScratch(url)
    raise Failure("the scratch database is of %s; PostgreSQL and SQLite are known" % name)
