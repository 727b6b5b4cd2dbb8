"""
Records what a revision's functions did to the database: the statements that changed something, with their parameters,
in order, and which queries they read before.
"""

import contextlib
import re

from sqlalchemy import event
from sqlalchemy.engine import Engine

from whimbrel.literal import CannotRender, Literals, bind

CATALOG, ROWS = "catalog", "rows"

_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_TEXTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_CHANGES = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+[\w\".]+|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\s+(?:TEMP|TEMPORARY|UNLOGGED|TABLE|[\w\".]+)\s", re.IGNORECASE)
_CALLS = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
_OF_CATALOG = re.compile(r"\b(pg_\w+|information_schema|sqlite_master|sqlite_schema|sqlite_temp_master)\b|^\s*PRAGMA\b",
                         re.IGNORECASE)

# Statements that leave nothing in the session, but for what is looked for in them.
_OF_NO_SESSION = {
    "ALTER", "COMMENT", "CREATE", "DELETE", "DROP", "EXPLAIN", "GRANT", "INSERT", "MERGE", "RELEASE", "REVOKE",
    "ROLLBACK", "SAVEPOINT", "SELECT", "SHOW", "TABLE", "TRUNCATE", "UPDATE", "VALUES", "WITH",
}
_OF_SESSION = re.compile(r"\bset_config\b|\bTEMP(ORARY)?\b|_advisory_lock|;\s*\S", re.IGNORECASE)

# Volatile functions that change nothing that is left.
_HARMLESS = {
    "random", "clock_timestamp", "timeofday", "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "pg_sleep",
    "currval", "lastval", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_unlock", "pg_try_advisory_lock",
    "pg_try_advisory_xact_lock", "pg_advisory_lock_shared", "pg_advisory_unlock_all", "txid_current", "pg_relation_size",
    "pg_total_relation_size", "pg_table_size", "pg_database_size", "pg_stat_get_live_tuples", "obj_description",
    "pg_terminate_backend", "pg_cancel_backend", "set_config", "query_to_xml", "pg_is_in_recovery",
}


class Change:
    """A statement that was run. `readings`: what was read before it, since the one before."""

    def __init__(self, sql, autocommit, readings):
        self.sql, self.autocommit, self.readings = sql, autocommit, readings


class Recording:
    """What one run of a revision's `upgrade` or `downgrade` did."""

    def __init__(self):
        self.changes = []
        self.readings = []  # after the last change
        self.commits = False  # it ended transactions itself
        self.own_table = False  # it changed Alembic's table, which is left out
        self.session = False  # it may have changed the session, which the next one would find so
        self.error = None  # what it threw

    @property
    def autocommit(self):
        return self.commits or any(change.autocommit for change in self.changes)

    @property
    def all_readings(self):
        return [reading for change in self.changes for reading in change.readings] + self.readings

    def reads(self, kind):
        return any(reading_kind == kind for reading_kind, _ in self.all_readings)

    def statements(self):
        return [change.sql for change in self.changes]


def one_line(sql, limit=240):
    text = " ".join(sql.split())
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return text[:half] + " … " + text[-half:]


def first_word(sql):
    start = _LEADING.match(sql).end()
    word = re.match(r"\w+", sql[start:])
    return word[0].upper() if word else ""


class Recorder:
    def __init__(self, dialect, version_table):
        self.dialect = dialect
        self.literals = Literals(dialect)
        self.version_table = version_table  # () -> its name
        self.recording = self.last = None
        self.in_batch = False
        self._savepoints = []
        self._volatile = set()
        self._asking = False
        event.listen(Engine, "after_cursor_execute", self._after_execute)
        self._watch_batches()

    def around(self, function):
        """`function`, of which everything it does is put down in a new Recording."""

        def run(*args, **kwargs):
            with self.recorded() as self.last:
                return function(*args, **kwargs)

        return run

    @contextlib.contextmanager
    def recorded(self):
        self.recording = recording = Recording()
        self._savepoints = []
        try:
            yield recording
        except BaseException as error:
            recording.error = error
            raise
        finally:
            self.recording = None

    def _watch_batches(self):
        """A batch operation reads the table it makes anew: that is no condition."""
        from alembic.operations.batch import BatchOperationsImpl

        flush = BatchOperationsImpl.flush
        recorder = self

        def watched(batch):
            recorder.in_batch = True
            try:
                return flush(batch)
            finally:
                recorder.in_batch = False

        BatchOperationsImpl.flush = watched

    # ---- What SQLAlchemy runs ----

    def _after_execute(self, connection, cursor, statement, parameters, context, executemany):
        if self.recording is None or self._asking:
            return
        autocommit = is_autocommit(connection)
        for sql in self._texts(statement, parameters, context, executemany, connection, cursor):
            self._note(sql, autocommit, connection)

    def _texts(self, statement, parameters, context, executemany, connection, cursor):
        style = connection.dialect.paramstyle
        driver_cursor = getattr(cursor, "_cursor", cursor)
        if context is not None and not parameters and context.execution_options.get("no_parameters"):
            return [statement]
        many = executemany and isinstance(parameters, (list, tuple)) and all(
            isinstance(each, (dict, list, tuple)) for each in parameters)
        return [bind(statement, each, style, self.literals, driver_cursor)
                for each in (parameters if many else [parameters])]

    def _note(self, sql, autocommit, connection):
        sql = sql.strip()
        word = first_word(sql)
        if word not in _OF_NO_SESSION or _OF_SESSION.search(sql):
            self.recording.session = True
        if word in ("SAVEPOINT", "RELEASE", "ROLLBACK"):
            self._note_savepoint(word, sql)
        elif word in ("BEGIN", "START", "COMMIT", "END", "ABORT"):
            if ";" in sql.rstrip("; \n"):  # several statements in one: the importer takes them apart
                self._add(sql, autocommit)
            else:
                self.recording.commits = True
        elif self._only_reads(word, sql, connection):
            self._add_reading(word, sql)
        elif re.search(r"\b%s\b" % re.escape(self.version_table()), _TEXTS.sub("", sql)):
            self.recording.own_table = True
        elif sql:
            self._add(sql, autocommit)

    def _add(self, sql, autocommit):
        self.recording.changes.append(Change(sql, autocommit, self.recording.readings))
        self.recording.readings = []

    def _note_savepoint(self, word, sql):
        recording = self.recording
        name = sql.rstrip("; ").split()[-1].strip('"') if len(sql.split()) > 1 else ""
        if word == "SAVEPOINT":
            self._savepoints.append((name, len(recording.changes)))
        elif word == "ROLLBACK" and re.match(r"ROLLBACK\s+(WORK\s+|TRANSACTION\s+)?TO\b", sql, re.IGNORECASE):
            for saved, count in reversed(self._savepoints):
                if saved == name:
                    del recording.changes[count:]
                    break
        elif word == "ROLLBACK":
            recording.commits = True

    # ---- What changes something ----

    def _only_reads(self, word, sql, connection):
        bare = _TEXTS.sub("''", sql)
        if word in ("SHOW", "EXPLAIN", "VALUES", "FETCH", "DESCRIBE"):
            return True
        if word == "PRAGMA":
            return "=" not in bare
        if word not in ("SELECT", "WITH", "TABLE"):
            return False
        if _CHANGES.search(bare) and (word == "WITH" or "WITH" in bare.upper()):
            return False
        if word == "SELECT" and _INTO.search(bare.split("FROM")[0].split("from")[0] + " "):
            return False
        return not any(self._is_volatile(name, connection) for name in set(_CALLS.findall(bare)))

    def _is_volatile(self, name, connection):
        """A function that may change something: PostgreSQL knows which."""
        name = name.rpartition(".")[2].lower()
        if self.dialect != "postgresql" or name in _HARMLESS:
            return False
        if name not in self._volatile:
            self._asking = True
            try:
                found = connection.exec_driver_sql(
                    "SELECT 1 FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname = '%s'" % name).first()
            finally:
                self._asking = False
            if found is None:
                return False  # not kept: a function that is made later may be volatile
            self._volatile.add(name)
        return True

    def _add_reading(self, word, sql):
        if self.in_batch:
            return
        bare = _TEXTS.sub("''", sql)
        if _OF_CATALOG.search(bare):
            kind = CATALOG
        elif word == "SHOW" or not re.search(r"\bFROM\b", bare, re.IGNORECASE):
            return  # SELECT version(), SELECT 1
        else:
            kind = ROWS
        reading = (kind, one_line(sql))
        if reading not in self.recording.readings:
            self.recording.readings.append(reading)


def driver_connection(connection):
    """The driver's own connection, or SQLAlchemy's stand-in for an asynchronous one."""
    fairy = connection.connection
    return getattr(fairy, "dbapi_connection", None) or fairy.connection


def is_autocommit(connection):
    raw = driver_connection(connection)
    if type(raw).__module__.startswith(("sqlite3", "pysqlite", "sqlalchemy.dialects.sqlite")):
        return False
    if "asyncpg" in type(raw).__module__:
        return getattr(raw, "isolation_level", None) == "autocommit"
    autocommit = getattr(raw, "autocommit", False)
    return bool(autocommit() if callable(autocommit) else autocommit)


MOST_REMARKS = 4  # before one statement


def remarks(what, readings):
    """A comment for each query, but not for all of the dozens that reflecting a schema takes."""
    lines = ["-- whimbrel: %s: %s" % (what, query) for kind, query in readings[:MOST_REMARKS]]
    if len(readings) > MOST_REMARKS:
        lines.append("-- whimbrel: ... and %d more queries" % (len(readings) - MOST_REMARKS))
    return lines


def sql_of(recording, note_lines=()):
    """The text of a section: the statements, with comments that say what they depended on."""
    parts = ["-- " + line for line in note_lines]
    for change in recording.changes:
        parts += remarks("ran after reading", change.readings)
        sql = change.sql.rstrip().rstrip(";").rstrip()
        last = sql.rpartition("\n")[2]
        parts.append(sql + ("\n;" if "--" in last else ";"))
    parts += remarks("read, and ran nothing after it", recording.readings)
    return "".join(part + "\n" for part in parts)


__all__ = ["CATALOG", "ROWS", "CannotRender", "Recorder", "Recording", "one_line", "sql_of"]
