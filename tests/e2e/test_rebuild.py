"""
Rebuilding a table on SQLite by hand, as its documentation advises, where foreign keys are enforced: the children of a
parent that is dropped for a new one must not go with it.
"""

import sqlite3
import time

import pytest

from support.history import trace
from support.program import wait_until

pytestmark = pytest.mark.engine("sqlite")

REBUILD = """CREATE TABLE parent_new (id integer PRIMARY KEY, name text);
INSERT INTO parent_new (id) SELECT id FROM parent;
DROP TABLE parent;
ALTER TABLE parent_new RENAME TO parent;
"""
OFF = "PRAGMA foreign_keys = OFF;\n"
ON = "PRAGMA foreign_keys = ON;\n"


@pytest.fixture
def enforced(project, database):
    """A parent with two children, in a database whose URL says that foreign keys are enforced."""
    project.config(url=f"{database.url}?foreign_keys=on")
    project.revision("a1", """CREATE TABLE trace (what text);
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2);
""")
    return project


def children(database):
    return database.query("SELECT * FROM child ORDER BY id")


def test_without_the_pragma_the_children_go(enforced, database, whimbrel):
    """What SQLite does: the fixture can lose them."""
    enforced.revision("b2", REBUILD)
    whimbrel("upgrade").ok()
    assert children(database) == []


@pytest.mark.parametrize("before", [OFF, "PRAGMA foreign_keys(0);", "-- a comment\npragma main.Foreign_Keys=no;"])
@pytest.mark.parametrize("behind", ["", ON, "PRAGMA foreign_key_check;\n" + ON])
@pytest.mark.parametrize("options", ["", "transaction:true"])
def test_children_stay(enforced, database, whimbrel, before, behind, options):
    enforced.revision("b2", before + REBUILD + behind, options=options)
    enforced.revision("c3", "DELETE FROM parent WHERE id = 1;")
    whimbrel("upgrade", "b2").ok()
    assert children(database) == [(1, 1), (2, 2)]
    assert database.columns("parent") == ["id", "name"]
    whimbrel("upgrade").ok()
    assert children(database) == [(2, 2)], "the next revision has foreign keys again"


def test_all_in_one_run(enforced, database, whimbrel):
    """The pragma comes after the COMMIT of the revision before, and is gone with the next."""
    enforced.revision("b2", OFF + REBUILD)
    enforced.revision("c3", OFF + REBUILD.replace("name text", "name text, size integer"))
    enforced.revision("d4", "DELETE FROM parent WHERE id = 1;")
    whimbrel("upgrade").ok()
    assert children(database) == [(2, 2)]
    assert database.columns("parent") == ["id", "name", "size"]


def test_failure_leaves_everything(enforced, database, whimbrel):
    path = enforced.revision("b2", OFF + REBUILD + "INSERT INTO nowhere VALUES (1);\n")
    whimbrel("upgrade").failed(1, "b2", "nowhere", path.name)
    assert (database.heads(), children(database), database.columns("parent")) == (["a1"], [(1, 1), (2, 2)], ["id"])


def test_rows_that_lead_nowhere_are_refused(enforced, database, whimbrel):
    path = enforced.revision("b2", OFF + REBUILD.replace("FROM parent;", "FROM parent WHERE id > 1;"))
    result = whimbrel("upgrade").failed(1, "leaves 1 rows whose foreign keys lead nowhere", "1 rows of child",
                                        "referring to parent", path.name)
    assert "the database is at a1" in result.err
    assert (database.heads(), children(database), database.columns("parent")) == (["a1"], [(1, 1), (2, 2)], ["id"])


def test_rows_that_led_nowhere_before_are_not_its_fault(enforced, database, whimbrel):
    whimbrel("upgrade").ok()
    database.execute("PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (3, 99)")
    enforced.revision("b2", OFF + REBUILD)
    whimbrel("upgrade").ok()
    assert children(database) == [(1, 1), (2, 2), (3, 99)]
    enforced.revision("c3", OFF + "INSERT INTO child VALUES (4, 98);")
    whimbrel("upgrade").failed(1, "leaves 1 rows", "2 rows of child")


def test_keys_that_fit_no_table_can_not_be_checked(enforced, database, whimbrel):
    database.execute("CREATE TABLE odd (a integer); CREATE TABLE odder (a REFERENCES odd (a)); INSERT INTO odder VALUES (1)")
    whimbrel("upgrade", "--adopt", "base").ok()
    enforced.revision("b2", OFF + REBUILD)
    whimbrel("upgrade").ok()
    assert children(database) == [(1, 1), (2, 2)]


@pytest.mark.parametrize("options", ["", "transaction:true"])
def test_in_the_middle_it_is_refused(enforced, database, whimbrel, options):
    """SQLite would do nothing, without a word."""
    path = enforced.revision("b2", "CREATE TABLE first (a integer);\n" + OFF + REBUILD, options=options)
    line = path.read_text().splitlines().index(OFF.strip()) + 1
    whimbrel("upgrade").failed(1, f"{path.name}:{line}", "would do nothing", "before all others")
    assert database.tables() == []


def test_single_transaction_is_refused(enforced, database, whimbrel):
    enforced.revision("b2", OFF + REBUILD)
    whimbrel("upgrade", "--single-transaction").failed(1, "revision b2 runs a statement outside", "--single-transaction")
    assert database.tables() == []


def test_script(enforced, database, whimbrel):
    """What --sql writes does the same in the sqlite3 shell."""
    enforced.revision("b2", OFF + REBUILD + ON)
    whimbrel("upgrade", "a1").ok()
    script = whimbrel("upgrade", "a1:b2", "--sql").ok().out
    assert script.index("= OFF") < script.index("BEGIN;") < script.index("COMMIT;") < script.index("= ON")
    database.run_script("PRAGMA foreign_keys = ON;" + script)
    assert (database.heads(), children(database)) == (["b2"], [(1, 1), (2, 2)])


def test_down(enforced, database, whimbrel):
    back = REBUILD.replace(", name text", "")
    enforced.revision("b2", OFF + REBUILD, OFF + back)
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "-1", "--yes").ok()
    assert (children(database), database.columns("parent")) == ([(1, 1), (2, 2)], ["id"])


def test_taken_up_outside_of_a_transaction(enforced, database, whimbrel):
    """The second run has a session of its own, and is told the pragma again."""
    step = OFF + trace("b2") + ";\n" + REBUILD.replace("DROP TABLE parent;", "INSERT INTO later VALUES (1);\n"
                                                       "DROP TABLE parent;")
    enforced.revision("b2", step, options="transaction:false")
    whimbrel("upgrade").failed(1, "later")
    database.execute("CREATE TABLE later (a integer)")
    whimbrel("upgrade").ok()
    assert children(database) == [(1, 1), (2, 2)]
    assert database.query("SELECT * FROM trace") == [("b2",)]


def is_locked(database):
    connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_killed_in_the_middle(enforced, database, whimbrel, mode):
    """While everything but a last, long statement has been done."""
    database.execute(f"PRAGMA journal_mode = {mode}")
    enforced.revision("b2", OFF + REBUILD + "CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                      "i + 1 FROM n LIMIT 3000000) SELECT max(i) AS i FROM n;")
    whimbrel("upgrade", "a1").ok()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: is_locked(database))
    time.sleep(0.05)
    run.process.kill()
    run.process.wait()
    assert (database.heads(), children(database), database.columns("parent")) == (["a1"], [(1, 1), (2, 2)], ["id"])
    whimbrel("upgrade").ok()
    assert (database.heads(), children(database)) == (["b2"], [(1, 1), (2, 2)])
    assert database.query("PRAGMA integrity_check") == [("ok",)]
