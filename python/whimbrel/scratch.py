"""
The scratch database: a view of it past the project, and the guard that lets no connection go anywhere else.
"""

import gc
import os
import secrets
import sqlite3
import threading
import weakref

from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import Pool

from whimbrel import catalog
from whimbrel.protocol import Failure
from whimbrel.recorder import driver_connection

HINT = ("The project must take its URL from sqlalchemy.url of the configuration or from the environment (DATABASE_URL, "
        "POSTGRES_HOST, POSTGRES_DB, ...; --url-variable NAME adds one). Nothing was changed.")


# Nobody else is there: a lock that is waited for longer is held by another session of the revision itself, for ever. And
# nothing of it has to survive a crash.
SETTINGS = ("SET lock_timeout = '15s'", "SET synchronous_commit = off")
# The snapshot is planned once and for all: for tables that are large, and not compiled at each run.
READING = ("SET enable_nestloop = off", "SET jit = off", "SET plan_cache_mode = force_generic_plan")
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


class SQLiteScratch(Scratch):
    dialect = "sqlite"

    def __init__(self, url):
        self.path = make_url(url).database
        self.known = {}
        super().__init__(url)

    def _connect(self):
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def run_script(self, sql):
        """Several statements in one text."""
        connection = self._connect()
        try:
            connection.executescript(sql)
        finally:
            connection.close()

    def run_all(self, statements, together):
        """The statements in one transaction or one by one."""
        connection = self._connect()
        try:
            _run_all(connection.execute, statements, together)
        finally:
            connection.close()

    def snapshot(self, version_table):
        connection = self._connect()
        try:
            return catalog.of_sqlite(lambda sql: connection.execute(sql).fetchall(), version_table, self.known)
        finally:
            connection.close()

    def is_empty(self):
        return not self.snapshot(None)

    def reset(self):
        for suffix in ("", "-journal", "-wal", "-shm"):
            if os.path.exists(self.path + suffix):
                os.unlink(self.path + suffix)

    def use_search_path(self, path):
        pass

    def settle(self, in_use=None):
        if in_use is not None:
            driver_connection(in_use).commit()

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


def _run_all(execute, statements, together):
    if not together:
        for sql in statements:
            execute(sql)
        return
    execute("BEGIN")
    try:
        for sql in statements:
            execute(sql)
        execute("COMMIT")
    except Exception:
        execute("ROLLBACK")
        raise


class PostgreSQLScratch(Scratch):
    """
    Two sessions of the bridge's own. The guard holds an advisory lock of a random key: a connection is to the scratch
    database if it sees that lock as one of its own database; neither a name nor an address can deceive it. The guard
    also reads the catalog, and runs nothing else. The worker runs what was recorded, and is as new each time.
    """

    dialect = "postgresql"

    def __init__(self, url):
        super().__init__(url)
        self.database = make_url(url).database
        self.connections = []  # weak references to the project's, but for asynchronous ones
        self.search_path = None
        self.guard, self.worker = _open_view(make_url(url)), _open_view(make_url(url))
        self.key = secrets.randbits(62)
        self.guard.query("SELECT pg_catalog.pg_advisory_lock(%d)::text" % self.key)
        for setting in SETTINGS + READING:
            self.guard.execute(setting)
        self.guard.execute("PREPARE whimbrel_snapshot AS " + catalog.POSTGRESQL)
        self._begin_anew()

    def _begin_anew(self):
        """Whatever the worker has run, nothing of it is left in its session."""
        for sql in ("ROLLBACK", "DISCARD ALL") + SETTINGS:
            self.worker.execute(sql)
        self._set_search_path(self.worker)

    def run_script(self, sql):
        """Several statements in one text."""
        self.run_all([sql], False)

    def run_all(self, statements, together):
        """The statements in one transaction or one by one."""
        try:
            _run_all(self.worker.execute, statements, together)
        finally:
            self._begin_anew()

    def snapshot(self, version_table):
        return catalog.of_postgresql(self.guard.query("EXECUTE whimbrel_snapshot"), version_table)

    def is_empty(self):
        return not any(kind == "table" for kind, _ in self.snapshot("alembic_version"))

    def settle(self, in_use=None):
        """
        A step is committed; the sessions that the project keeps for later have no transaction open in the meantime: it
        would hold locks. `in_use`: the connection of the run of env.py that goes on.
        """
        used = driver_connection(in_use) if in_use is not None else None
        if used is not None:
            used.commit()
        open_ones = []
        for reference in self.connections:
            connection = reference()
            try:
                if connection is not None and not connection.closed:
                    if connection is not used:
                        connection.rollback()
                    open_ones.append(reference)
            except Exception:
                pass  # it is as good as closed
        self.connections = open_ones
        if len(open_ones) > MANY_SESSIONS and in_use is None:
            gc.collect()  # an env.py makes a new engine each time, and leaves its pool behind

    def reset(self):
        for (name,) in self.guard.query("SELECT nspname FROM pg_catalog.pg_namespace "
                                  "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"):
            self.worker.execute('DROP SCHEMA "%s" CASCADE' % name.replace('"', '""'))
        for (name,) in self.guard.query("SELECT extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'"):
            self.worker.execute('DROP EXTENSION "%s" CASCADE' % name)
        self.worker.execute("CREATE SCHEMA public")
        self.worker.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")

    def use_search_path(self, path):
        self.search_path = path
        for view in (self.guard, self.worker):
            self._set_search_path(view)

    def _set_search_path(self, view):
        if self.search_path is not None:
            view.query("SELECT pg_catalog.set_config('search_path', '%s', false)" % self.search_path.replace("'", "''"))

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
        if hasattr(connection, "prepare_threshold"):
            connection.prepare_threshold = None  # psycopg's own prepared statements don't outlive a DISCARD ALL

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

        # In a thread of its own: the project's loop may be running when something is asked here.
        self.asyncio, self.loop = asyncio, asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        host = url.query.get("host") or url.host
        port = url.query.get("port") or url.port
        self.connection = self._wait(asyncpg.connect(
            host=host, port=int(port) if port else None, user=url.username, password=url.password,
            database=url.database))

    def _wait(self, coroutine):
        return self.asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

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
