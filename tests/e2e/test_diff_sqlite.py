"""
whimbrel diff on SQLite: what a rebuild must not lose, what is compared and what is not, and that what is printed becomes
a revision. What the SQL is, is in tests/golden.
"""

import random
import shutil
import sqlite3
import subprocess

import pytest

from support.sqlite_random import Schema, fill
from support.sqlite_schema import connect, fingerprint, quote, rows, run, run_or_empty, statements

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def write(whimbrel):
    def write(name, text):
        path = whimbrel.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
    return write


@pytest.fixture
def change(whimbrel, database, write):
    """change(before, after): the database is made by the one, and becomes the other by what diff prints."""
    def change(before, after):
        database.run_script(before)
        wanted = write("wanted.sql", after)
        sql = whimbrel("diff", database.url, wanted).ok().out
        run(database.path, sql)
        assert whimbrel("diff", database.url, wanted, "--exit-code").ok().out == ""
        return sql
    return change


def no_difference(whimbrel, database, one, other, *options):
    done = whimbrel("diff", one, other, "--scratch", database.url, "--exit-code", *options).ok()
    assert done.out == ""
    return done


# ---- What a rebuild must not lose ---------------------------------------------------------------------------------

PARENT = """CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p ON DELETE CASCADE);
"""
FILLED = PARENT + "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2);"
CHECKED = PARENT.replace("name TEXT", "name TEXT CHECK (name <> '')")


def test_children_stay(change, database):
    """Run with foreign keys enforced, as `run` does."""
    sql = change(FILLED, CHECKED)
    assert sql.startswith("PRAGMA foreign_keys = OFF;\n") and "CREATE TABLE p__new" in sql
    assert database.query("SELECT * FROM c") == [(1, 1), (2, 2)]


def test_children_stay_by_a_revision(project, database, whimbrel, write):
    """The whole way: diff, create, upgrade, downgrade, in a database whose URL enforces foreign keys."""
    project.config(url=f"{database.url}?foreign_keys=on")
    project.revision("a1", FILLED)
    whimbrel("upgrade").ok()
    wanted = write("wanted.sql", CHECKED + "CREATE VIEW v AS SELECT name FROM p;")
    up = write("up.sql", whimbrel("diff", "history", wanted).ok().out)
    down = write("down.sql", whimbrel("diff", "--down", "history", wanted).ok().out)
    whimbrel("create", "checked", "--sql", up, "--down-sql", down).ok()
    whimbrel("upgrade").ok()
    assert whimbrel("diff", database.url, wanted, "--exit-code").ok().out == ""
    assert whimbrel("diff", "history", wanted, "--exit-code").ok().out == ""
    assert database.query("SELECT * FROM c") == [(1, 1), (2, 2)]
    whimbrel("downgrade", "-1", "--yes").ok()
    assert whimbrel("diff", database.url, "history@a1", "--exit-code").ok().out == ""
    assert database.query("SELECT * FROM c") == [(1, 1), (2, 2)]


def test_children_refer_to_the_new_table(change, database):
    change(FILLED, CHECKED)
    child, = database.query("SELECT sql FROM sqlite_schema WHERE name = 'c'")[0]
    assert "REFERENCES p " in child
    with database.connect() as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM p WHERE id = 1")
        assert connection.execute("SELECT * FROM c").fetchall() == [(2, 2)]


def test_views_and_triggers_that_name_the_table(change, database):
    """Also ones that are broken already, or use a function that only the application has."""
    others = """CREATE VIEW v AS SELECT name FROM p; CREATE VIEW w AS SELECT * FROM v;
        CREATE VIEW of_the_application AS SELECT duration_to_text(name) FROM p;
        CREATE VIEW broken AS SELECT x FROM missing;
        CREATE TRIGGER far AFTER INSERT ON c BEGIN UPDATE p SET name = 'seen' WHERE id = new.p; END;"""
    kept = "SELECT name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name"
    database.run_script(FILLED + others)
    texts = database.query(kept)
    change("", CHECKED + others)
    assert database.query(kept) == texts
    database.execute("INSERT INTO c VALUES (3, 1)")
    assert database.query("SELECT * FROM w") == [("seen",), ("b",)]


def test_indexes_and_triggers_of_the_table(change, database):
    own = """CREATE UNIQUE INDEX i ON p (name COLLATE NOCASE) WHERE name IS NOT NULL;
        CREATE INDEX e ON p (lower(name) DESC);
        CREATE TRIGGER t AFTER DELETE ON p BEGIN DELETE FROM c WHERE p = old.id; END;"""
    change(FILLED + own, CHECKED + own)
    assert database.query("SELECT name FROM sqlite_schema WHERE tbl_name = 'p' ORDER BY name") == [
        ("e",), ("i",), ("p",), ("t",)]
    database.execute("DELETE FROM p WHERE id = 2")
    assert database.query("SELECT * FROM c") == [(1, 1)]


@pytest.mark.parametrize("left", ["", "DELETE FROM t WHERE id > 1;", "DELETE FROM t;"])
def test_numbers_are_not_given_twice(change, database, left):
    before = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);"
    change(before + "INSERT INTO t (name) VALUES ('a'), ('b'), ('c');" + left, before.replace("TEXT", "TEXT UNIQUE"))
    database.execute("INSERT INTO t (name) VALUES ('d')")
    assert database.query("SELECT id FROM t WHERE name = 'd'") == [(4,)]
    assert database.query("SELECT * FROM sqlite_sequence") == [("t", 4)]


@pytest.mark.parametrize("columns, rowid", [("a TEXT", "rowid"), ("rowid TEXT, a TEXT", "_rowid_"),
                                            ("rowid TEXT, _rowid_ TEXT, a TEXT", "oid")])
def test_rows_keep_their_numbers(change, database, columns, rowid):
    change(f"CREATE TABLE t ({columns}); INSERT INTO t ({rowid}, a) VALUES (10, 'x'), (20, 'y');",
           f"CREATE TABLE t ({columns} NOT NULL DEFAULT '');")
    assert database.query(f"SELECT {rowid}, a FROM t") == [(10, "x"), (20, "y")]


def test_a_column_becomes_the_number(change, database):
    change("CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (10, 'x'), (20, 'y');",
           "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);")
    assert database.query("SELECT id, a FROM t") == [(10, "x"), (20, "y")]


def test_nothing_of_the_text_is_lost(change, database):
    """What the pragmas don't tell, in a table that is rebuilt because of something else."""
    before = """CREATE TABLE t (
        id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE, -- a comment
        a TEXT COLLATE NOCASE NOT NULL ON CONFLICT IGNORE CHECK (length(a) > 1),
        b TEXT GENERATED ALWAYS AS (a || '!') STORED, c TEXT AS (a || '?') VIRTUAL,
        d INT REFERENCES t (id) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
        e TEXT, CHECK (t.e <> t.a), CONSTRAINT u UNIQUE (a, e) ON CONFLICT FAIL) STRICT;"""
    change(before + "INSERT INTO t (id, a, e) VALUES (1, 'aa', 'x'), (2, 'bb', 'y');",
           before.replace("e TEXT,", "e TEXT DEFAULT 'z',"))
    assert database.query("SELECT id, a, b, c, e FROM t") == [(1, "aa", "aa!", "aa?", "x"), (2, "bb", "bb!", "bb?", "y")]
    text, = database.query("SELECT sql FROM sqlite_schema WHERE name = 't'")[0]
    kept = before.rstrip(";").replace("CREATE TABLE t", 'CREATE TABLE "t"').replace("t.e <> t.a", "e <> a")
    assert text == kept.replace("e TEXT,", "e TEXT DEFAULT 'z',")


def test_names_that_are_taken(change, database):
    others = "CREATE TABLE T__NEW (x); CREATE INDEX t__new_ ON T__NEW (x);"
    sql = change("CREATE TABLE t (a); INSERT INTO t VALUES (1);" + others, "CREATE TABLE t (a NOT NULL DEFAULT 2);" + others)
    assert "CREATE TABLE t__new__ (" in sql and database.query("SELECT a FROM t") == [(1,)]


# ---- Into a revision, by `create` ------------------------------------------------------------------------------------

def test_create_and_check(whimbrel, project, database, write):
    project.config(url=f"{database.url}?foreign_keys=on")
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")
    first = PARENT + "CREATE VIEW v AS SELECT name FROM p;"
    write("schema.sql", first)
    whimbrel("create", "first").ok()
    whimbrel("check").failed(3)
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    database.execute("INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1), (2, 2);")
    before = fingerprint(database.path)
    write("schema.sql", first.replace("name TEXT", "name TEXT NOT NULL UNIQUE").replace("CASCADE", "RESTRICT")
          + "CREATE TRIGGER t AFTER INSERT ON p BEGIN DELETE FROM c WHERE p = new.id; END;")
    whimbrel("check").failed(3)
    text = (whimbrel.folder / whimbrel("create", "second").ok().out.strip()).read_text()
    assert text.count("PRAGMA foreign_keys = OFF;") == 2 and text.count("CREATE TABLE p__new") == 2
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    assert database.query("SELECT p.name, c.id FROM p JOIN c ON c.p = p.id ORDER BY 1") == [("a", 1), ("b", 2)]
    whimbrel("downgrade", "-1", "--yes").ok()
    assert fingerprint(database.path) == before
    assert database.query("SELECT p.name, c.id FROM p JOIN c ON c.p = p.id ORDER BY 1") == [("a", 1), ("b", 2)]


def test_what_is_lost_is_marked(whimbrel, project, database, write):
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")
    project.revision("a1", "CREATE TABLE t (a INTEGER, b TEXT UNIQUE);", "DROP TABLE t;")
    write("schema.sql", "CREATE TABLE t (a INTEGER);")
    done = whimbrel("create", "less").ok()
    up, down = (whimbrel.folder / done.out.strip()).read_text().split("-- migrate:down")
    assert "drop column t.b (destroys data)" in done.err
    assert "DROP TABLE t; -- destroys data\n" in up and "destroys" not in down
    assert "-- values of dropped columns are not restored" in down


# ---- NULLs ----------------------------------------------------------------------------------------------------------

def test_not_null(whimbrel, database, write):
    database.run_script("CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES (NULL, 'x');")
    filled = write("filled.sql", "CREATE TABLE t (a TEXT NOT NULL DEFAULT 'none', b TEXT);")
    refused = write("refused.sql", "CREATE TABLE t (a TEXT NOT NULL, b TEXT);")
    sql = whimbrel("diff", database.url, refused).ok().out
    assert "\n-- NOT NULL without a default: this fails if a row has no value for a\nINSERT INTO t__new" in sql
    before = rows(database.path)
    with pytest.raises(AssertionError, match="NOT NULL constraint failed: t__new.a"):
        run(database.path, sql)
    assert rows(database.path) == before
    run(database.path, whimbrel("diff", database.url, filled).ok().out)
    assert database.query("SELECT a, b FROM t") == [("none", "x")]


@pytest.mark.parametrize("column", ["a TEXT UNIQUE ON CONFLICT IGNORE", "a TEXT UNIQUE ON CONFLICT REPLACE",
                                    "a TEXT NOT NULL ON CONFLICT IGNORE", "a TEXT, UNIQUE (a) ON CONFLICT IGNORE"])
def test_rows_that_do_not_fit_are_never_left_out(column, whimbrel, database, write):
    """What a constraint does to a row that comes later is not done to those that are there."""
    database.run_script("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('x'), (NULL);")
    before = rows(database.path)
    sql = whimbrel("diff", database.url, write("wanted.sql", f"CREATE TABLE t ({column});")).ok().out
    with pytest.raises(AssertionError, match="constraint failed: t__new.a"):
        run(database.path, sql)
    assert rows(database.path) == before


# ---- What is compared ------------------------------------------------------------------------------------------------

def test_files_databases_and_history(whimbrel, project, database, write):
    project.revision("a1", "CREATE TABLE t (a integer);", "DROP TABLE t;")
    same, other = write("same.sql", "create table T(A INTEGER);"), write("other.sql", "CREATE TABLE t (a integer, b text);")
    whimbrel("upgrade").ok()
    no_difference(whimbrel, database, database.url, same)
    no_difference(whimbrel, database, "history", database.url)  # whimbrel's own tables are nobody's
    done = whimbrel("diff", "history", other, "--exit-code").failed(3)
    assert done.out == "ALTER TABLE t ADD COLUMN b text;\n"
    back = whimbrel("diff", "--down", "history", other).ok()
    assert back.out == "ALTER TABLE t DROP COLUMN b; -- destroys data\n" and "destroys data: drop column t.b" in back.err
    assert database.columns("t") == ["a"]


def test_strings_in_double_quotes(whimbrel, database, write):
    one = write("one.sql", """CREATE TABLE t (state TEXT DEFAULT 'New' CHECK (state <> 'Old'), b DEFAULT abc);""")
    two = write("two.sql", """CREATE TABLE t (state TEXT DEFAULT "New" CHECK ("state" <> "Old"), b DEFAULT 'abc');""")
    other = write("other.sql", """CREATE TABLE t (state TEXT DEFAULT "New" CHECK (state <> "old"), b DEFAULT 'abc');""")
    no_difference(whimbrel, database, one, two)
    assert "__new" in whimbrel("diff", two, other, "--scratch", database.url).ok().out


def test_nothing_is_left_behind(whimbrel, write, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    one, two = write("one.sql", "CREATE TABLE t (a);"), write("two.sql", "CREATE TABLE t (a, b);\nCREATE TABLE u (a,, b);")
    whimbrel("diff", one, one, "--scratch", "sqlite:///not-there.db", env={"TMPDIR": str(scratch)}).ok()
    done = whimbrel("diff", one, two, "--scratch", "sqlite:///not-there.db", env={"TMPDIR": str(scratch)}).failed(1)
    assert "two.sql:2:19" in done.err
    assert list(scratch.iterdir()) == [] and not (whimbrel.folder / "not-there.db").exists()


def test_a_file_that_is_not_there_stays_away(whimbrel, write):
    one = write("one.sql", "CREATE TABLE t (a);")
    assert whimbrel("diff", "sqlite:///not-there.db", one).ok().out == "CREATE TABLE t (a);\n"
    assert not (whimbrel.folder / "not-there.db").exists()


def test_two_engines(whimbrel, cluster, database, write):
    one = write("one.sql", "CREATE TABLE t (a);")
    whimbrel("diff", database.url, cluster.url("postgres")).failed(2, "can't be compared")
    whimbrel("diff", one, one).failed(1, "--scratch URL")


def test_a_folder_in_any_order(whimbrel, database, write):
    write("schema/a.sql", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END; CREATE INDEX i ON t (z);")
    folder = write("schema/z.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, z INTEGER REFERENCES z);").parent
    one = write("one.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, z INTEGER REFERENCES z); CREATE INDEX i ON t (z);"
                           "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;")
    no_difference(whimbrel, database, folder, one)


def test_a_dump(whimbrel, database, write):
    """The shell's own, with rows, an AUTOINCREMENT's table and a virtual table that it writes into sqlite_schema."""
    if not shutil.which("sqlite3"):
        pytest.skip("no sqlite3 shell")
    database.run_script("""CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT DEFAULT 'x');
        INSERT INTO t ("a b") VALUES ('1'); CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('word');
        CREATE VIEW v AS SELECT * FROM t -- the end
        ; CREATE INDEX i ON t ("a b"); ANALYZE;""")
    dump = subprocess.run(["sqlite3", database.path, ".dump"], check=True, capture_output=True, text=True).stdout
    done = no_difference(whimbrel, database, database.url, write("dump.sql", dump))
    assert "not compared" not in done.err


def test_json(whimbrel, database, write):
    old = write("old.sql", "CREATE TABLE t (a INTEGER, b TEXT, c TEXT);")
    new = write("new.sql", "CREATE TABLE t (a INTEGER NOT NULL, b TEXT, CHECK (a > 0));")
    found = whimbrel("diff", "--json", old, new, "--scratch", database.url).ok().json()
    assert found["opening"] == ["PRAGMA foreign_keys = OFF"] and found["closing"] == []
    assert [(c["action"], c["kind"], c["name"], c["fields"], c["destructive"], bool(c["statements"]))
            for c in found["changes"]] == [
        ("alter", "column", "t.a", ["not null"], False, False),
        ("drop", "column", "t.c", [], True, False),
        ("create", "constraint", "t.CHECK (a > 0)", [], False, False),
        ("rebuild", "table", "t", [], True, True)]


def test_a_module_that_is_not_here(whimbrel, database, write):
    """Which tables are a virtual one's own, only its module knows."""
    database.run_script("""CREATE TABLE v_chunks (a); CREATE TABLE w (a); CREATE INDEX i ON v_chunks (a);
        PRAGMA writable_schema = ON; INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
        VALUES ('table', 'V', 'V', 0, 'CREATE VIRTUAL TABLE V USING not_here(x)');""")
    done = no_difference(whimbrel, database, database.url, write("w.sql", "CREATE TABLE w (a);"))
    for name in ('table "V"', "table v_chunks", "index i"):
        assert f"not compared: {name}" in done.err


def test_what_can_not_be(whimbrel, database, write):
    old = write("old.sql", "CREATE TABLE t (a); CREATE VIRTUAL TABLE f USING fts5(a);")
    new = write("new.sql", "CREATE VIRTUAL TABLE t USING fts5(a); CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter');")
    done = whimbrel("diff", old, new, "--scratch", database.url).failed(1, "table t: its kind can't be changed",
                                                                       "table f: its access method can't be changed")
    assert done.out == ""


# ---- Random schemas --------------------------------------------------------------------------------------------------

def load(path, script):
    """Whether SQLite takes it."""
    connection = connect(path)
    try:
        for statement in statements(script):
            connection.execute(statement)
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.slow
def test_random_schemas_converge(seed, whimbrel, database, tmp_path):
    rng = random.Random(seed)
    schema = Schema(rng)
    one, respelt = schema.script(rng), schema.script(rng)
    schema.edit(rng)
    wanted, again = tmp_path / "wanted.db", tmp_path / "again.db"
    assert load(database.path, one) and load(again, respelt)
    if not load(wanted, schema.script(rng)):
        pytest.skip("no schema that SQLite takes")
    connection = connect(database.path)
    fill(connection, quote)
    connection.close()
    a, b, c = (f"sqlite:///{path}" for path in (database.path, wanted, again))
    known = fingerprint(database.path, texts=False)
    up, down = whimbrel("diff", a, b).ok(), whimbrel("diff", "--down", a, b).ok()
    assert "not compared" not in up.err
    assert whimbrel("diff", a, c, "--exit-code").ok().out == ""
    run_or_empty(database.path, up.out)
    assert fingerprint(database.path, texts=False) == fingerprint(wanted, texts=False)
    assert whimbrel("diff", a, b, "--exit-code").ok().out == ""
    run_or_empty(database.path, down.out)
    assert fingerprint(database.path, texts=False) == known
    assert whimbrel("diff", a, c, "--exit-code").ok().out == ""
