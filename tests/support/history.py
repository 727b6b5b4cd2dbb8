"""
Histories for tests that interrupt, and the judge of what an interruption left behind.

Every revision writes into a table `trace` without constraints, so that what ran twice, or not at all, shows. What each
statement leads to is found by running them one after the other past whimbrel.
"""

import re
import sqlite3

from support.program import wait_until

ONE_BY_ONE = re.compile(r"\bCONCURRENTLY\b|^(VACUUM|REINDEX|CALL|DO|PRAGMA)\b", re.IGNORECASE)


class Step:
    """A revision: its statements, and whether it is marked to run outside of transactions."""

    def __init__(self, id, *statements, outside=False):
        self.id, self.statements, self.outside = id, statements, outside


def trace(what):
    return f"INSERT INTO trace VALUES ('{what}')"


def make_table(name):
    return f"CREATE TABLE {name} (id integer PRIMARY KEY, text varchar(20))"


# An index over it takes the server a third of a second for fifty rows, whatever the machine.
SLOW_FUNCTION = ("CREATE FUNCTION slow(i integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS "
                 "$$ BEGIN PERFORM pg_sleep(0.006); RETURN i; END $$")

POSTGRESQL = [
    Step("a1", "CREATE TABLE trace (what text)", make_table("item"), trace("a1")),
    Step("b2", "COPY item FROM STDIN;\n1\tone\n2\ttwo\n3\tthree\n\\.\n", trace("b2")),
    Step("c3", "CREATE INDEX CONCURRENTLY item_text ON item (text)"),
    Step("d4", trace("d4 first"), "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS item_twice ON item (text, id)",
         "ALTER TABLE item ADD COLUMN size integer", trace("d4 second"), "VACUUM item",
         "DROP INDEX CONCURRENTLY item_text", "COPY item FROM STDIN;\n4\tfour\t4\n\\.\n", trace("d4 third"),
         outside=True),
    Step("e5", "SET standard_conforming_strings = off", "ALTER TABLE item ADD COLUMN price integer", trace("e5")),
    Step("f6", make_table("last"), trace("f6")),
    Step("g7", "UPDATE item SET price = 1", trace("g7")),
]

SQLITE = [
    Step("a1", "CREATE TABLE trace (what text)", make_table("item"), trace("a1")),
    Step("b2", "INSERT INTO item VALUES (1, 'one'), (2, 'two')", trace("b2")),
    Step("c3", trace("c3 first"), "CREATE INDEX item_text ON item (text)", "VACUUM", trace("c3 second"), outside=True),
    Step("d4", "ALTER TABLE item ADD COLUMN size integer", "UPDATE item SET size = id", trace("d4")),
    Step("e5", "PRAGMA foreign_keys = OFF", "CREATE TABLE item_new (id integer PRIMARY KEY, text varchar(40), size)",
         "INSERT INTO item_new SELECT * FROM item", "DROP TABLE item", "ALTER TABLE item_new RENAME TO item", trace("e5")),
    Step("f6", make_table("last"), trace("f6")),
]

HISTORIES = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def transactional(steps):
    return [step for step in steps if not any(ONE_BY_ONE.search(sql) for sql in step.statements) and not step.outside]


def write(project, steps):
    for step in steps:
        up = "".join(sql if sql.endswith("\\.\n") else f"{sql};\n" for sql in step.statements)
        project.revision(step.id, up, options="transaction:false" if step.outside else "")


# What a schema is made of, one text per thing. INVALID indexes are not there: the next run has to get rid of them.
POSTGRESQL_THINGS = """
    SELECT 'relation ' || c.relkind::text || ' ' || c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i'
    UNION ALL SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE c.relnamespace = 'public'::regnamespace AND indisvalid
    UNION ALL SELECT 'label ' || enumlabel FROM pg_enum
    UNION ALL SELECT 'prices ' || query_to_xml('SELECT sum(price) FROM item', false, true, '')::text
        FROM pg_attribute WHERE attrelid = to_regclass('public.item') AND attname = 'price'
    UNION ALL SELECT 'rows ' || query_to_xml('SELECT count(*) FROM item', false, true, '')::text
        WHERE to_regclass('public.item') IS NOT NULL
"""
SQLITE_THINGS = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema"


def things(database):
    """The schema and the trace: a sorted list of the one, the rows in order of the other."""
    sql = POSTGRESQL_THINGS if database.engine == "postgresql" else SQLITE_THINGS
    found = sorted(row[0] for row in database.query(sql) if "alembic_version" not in row[0] and
                   "whimbrel_ledger" not in row[0])
    if database.engine == "sqlite" and any(thing.startswith("table item ") for thing in found):
        found += [f"rows {count}" for (count,) in database.query("SELECT count(*) FROM item")]
    has_trace = any("trace" in thing for thing in found)
    return found, [row[0] for row in database.query("SELECT what FROM trace")] if has_trace else []


def run_past_whimbrel(database, sql):
    if not sql.startswith("COPY"):
        return database.execute(sql)
    statement, data = sql.split(";\n", 1)
    with database.connect() as connection, connection.cursor().copy(statement) as copy:
        copy.write(data.removesuffix("\\.\n"))


def clear(database):
    """Makes the database empty again, which is quicker than a new one."""
    if database.engine == "sqlite":
        for name in ("", "-journal", "-wal", "-shm"):
            database.path.with_name(database.path.name + name).unlink(missing_ok=True)
        return
    wait_until_alone(database)
    with database.connect() as connection:
        connection.execute("SET client_min_messages = error")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def wait_until_alone(database, seconds=20):
    """Until the server has seen that its clients have gone; at once on SQLite."""
    if database.engine == "sqlite":
        return
    with database.connect() as connection:
        def is_alone():
            return connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                "backend_type = 'client backend' AND pid <> pg_backend_pid()").fetchone() == (0,)
        assert wait_until(is_alone, seconds), "a session of somebody who has gone is still there"


class Judge:
    """
    Knows what the schema is after every statement of the steps, and says whether a database that was interrupted is in
    one of the allowed states, and whether heads and ledger say the same as the schema.
    """

    def __init__(self, database, steps):
        self.database, self.steps = database, steps
        self.ids = [step.id for step in steps]
        self.after = [[things(database)]]  # of each step: before it, and after each of its statements
        for step in steps:
            before = [self.after[-1][-1]]
            for sql in step.statements:
                run_past_whimbrel(database, sql)
                before.append(things(database))
            self.after[-1:] = [before, [before[-1]]]
        clear(database)

    def half_way(self):
        wait_until_alone(self.database)
        heads = self.database.heads() or []
        applied = self.ids.index(heads[0]) + 1 if heads else 0
        ledger = self.database.ledger("revision, state, next_statement, id") if heads or self._has_ledger() else []
        ledger = sorted(ledger, key=lambda row: row[3])
        assert [row[0] for row in ledger if row[1] == "done"] == self.ids[:applied], ledger
        unfinished = [row for row in ledger[-1:] if row[1] != "done"]
        assert all(row[0] in self.ids[:applied + 1] for row in ledger), ledger
        position = unfinished[0][2] if unfinished else 0
        allowed = [self.after[applied][position]]
        if unfinished and unfinished[0][1] == "started" and position < len(self.steps[applied].statements) and \
                ONE_BY_ONE.search(self.steps[applied].statements[position]):
            allowed.append(self.after[applied][position + 1])  # done, and not recorded yet
        found = things(self.database)
        assert found in allowed, f"at {heads}, ledger {ledger}:\n{found}\nis none of\n{allowed}"

    def _has_ledger(self):
        return "whimbrel_ledger" in self.database.all_tables()

    def finished(self):
        assert self.database.heads() == self.ids[-1:]
        assert things(self.database) == self.after[-1][-1]
        ledger = self.database.ledger("id, revision, state")
        assert [row[1] for row in sorted(ledger) if row[2] == "done"] == self.ids, ledger
        if self.database.engine == "postgresql":
            assert self.database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []
        else:
            with sqlite3.connect(self.database.path) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()
