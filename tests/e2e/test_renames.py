"""Renames: given, written beside the schema, answered; rows stay, and what hangs on the old name follows. Never guessed."""

import os
import pty
import re
import subprocess

import pytest

from support.golden import FOLDER
from support.program import PROGRAM

pytestmark = pytest.mark.slow

BOTH = pytest.mark.engine("postgresql", "sqlite")


@pytest.fixture
def write(project):
    def make(name, text):
        path = project.folder / name
        path.write_text(text)
        return path
    return make


@pytest.fixture
def schema(project, write):
    """schema(sql) says what the schema should be: in schema.sql, which whimbrel.ini names."""
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")
    return lambda sql: write("schema.sql", sql)


OLD = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (
    id serial PRIMARY KEY, name text NOT NULL UNIQUE CHECK (name <> ''), born integer, mood mood DEFAULT 'sad',
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED);
CREATE INDEX users_name_idx ON users (lower(name)) WHERE name > 'a';
CREATE TABLE posts (id integer PRIMARY KEY, author text REFERENCES users (name) ON UPDATE CASCADE);
CREATE VIEW adults AS SELECT id, name AS called FROM users WHERE born < 2000;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch BEFORE UPDATE OF name ON users FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION nothing();
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (name = CURRENT_USER);
COMMENT ON COLUMN users.name IS 'what they are called';
"""
NEW = re.sub(r"\bname\b", "full_name", OLD.replace("users_name_idx", "users_full_name_idx"))
ACCOUNTS = re.sub(r"\busers\b", "accounts", NEW).replace("users_full_name_idx", "accounts_full_name_idx")


@pytest.mark.engine("postgresql")
def test_a_column_and_all_that_names_it(whimbrel, database, write):
    old, new = write("old.sql", OLD), write("new.sql", NEW)
    words = ("diff", old, new, "--scratch", database.url, "--rename", "users.name=full_name")
    up = whimbrel(*words).ok().out
    assert up == ("ALTER TABLE public.users RENAME COLUMN name TO full_name;\n"
                  "ALTER TABLE public.users RENAME CONSTRAINT users_name_check TO users_full_name_check;\n"
                  "ALTER TABLE public.users RENAME CONSTRAINT users_name_key TO users_full_name_key;\n"
                  "ALTER INDEX public.users_name_idx RENAME TO users_full_name_idx;\n")
    down = whimbrel(*words, "--down").ok().out
    assert down.splitlines()[-1] == "ALTER TABLE public.users RENAME COLUMN full_name TO name;"
    database.run_script(OLD + "INSERT INTO users (name, born) VALUES ('ada', 1815); INSERT INTO posts VALUES (1, 'ada');")
    database.run_script(up)
    assert whimbrel("diff", database.url, new, "--exit-code").ok().out == ""
    assert database.query("SELECT full_name, upper_name FROM users") == [("ada", "ADA")]
    database.run_script(down)
    assert whimbrel("diff", database.url, old, "--exit-code").ok().out == ""
    assert database.query("SELECT name FROM users") == [("ada",)]


@pytest.mark.engine("postgresql")
def test_a_table_and_a_column_of_it(whimbrel, database, write):
    """From a database, which is only read; by its schema and without it; in either order."""
    old, new = write("old.sql", OLD), write("new.sql", ACCOUNTS)
    database.run_script(OLD + "INSERT INTO users (name, born) VALUES ('ada', 1815); INSERT INTO posts VALUES (1, 'ada');")
    renames = ("--rename", "public.users.name=full_name", "--rename", "users=accounts")
    up = whimbrel("diff", database.url, new, *renames).ok().out
    assert whimbrel("diff", database.url, new, *renames[2:], *renames[:2]).ok().out == up
    assert up.startswith("ALTER TABLE public.users RENAME COLUMN name TO full_name;\n"
                         "ALTER TABLE public.users RENAME TO accounts;\n")
    assert "DROP" not in up and "CREATE" not in up
    assert "ALTER SEQUENCE public.users_id_seq RENAME TO accounts_id_seq;" in up
    down = whimbrel("diff", database.url, new, "--down", *renames).ok().out
    database.run_script(up)
    assert whimbrel("diff", database.url, new, "--exit-code").ok().out == ""
    assert database.query("SELECT id, full_name FROM accounts") == [(1, "ada")]
    database.run_script(down)
    assert whimbrel("diff", database.url, old, "--exit-code").ok().out == ""
    assert database.query("SELECT id, name FROM users") == [(1, "ada")]


@pytest.mark.engine("postgresql")
def test_other_changes_beside_it(whimbrel, database, write):
    """Of the renamed column itself; a view that is in the way keeps its owner and privileges."""
    database.run_script("DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN END $$;"
                        "CREATE TABLE t (a integer, gone text); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO reader;"
                        "INSERT INTO t VALUES (1, 'x')")
    new = write("new.sql", "CREATE TABLE t (b bigint NOT NULL, more text); CREATE VIEW v AS SELECT b AS a FROM t;")
    up = whimbrel("diff", "--no-online", database.url, new, "--rename", "t.a=b").ok().out
    assert "GRANT SELECT ON TABLE public.v TO reader" in up
    database.run_script(up)
    assert whimbrel("diff", database.url, new, "--exit-code").ok().out == ""
    assert database.query("SELECT b FROM t") == [(1,)]


@BOTH
def test_a_line_in_the_schema_file(whimbrel, project, database, schema):
    """It stays there: once it is done it says nothing."""
    schema("CREATE TABLE users (id integer PRIMARY KEY, name text);")
    whimbrel("create", "users").ok()
    whimbrel("upgrade").ok()
    database.execute("INSERT INTO users VALUES (1, 'ada')")
    hinted = ("-- whimbrel:rename users.name=full_name\n-- whimbrel:rename users=accounts\n"
              "CREATE TABLE accounts (id integer PRIMARY KEY, full_name text);")
    if database.engine == "postgresql":
        hinted = hinted.replace("PRIMARY KEY", "CONSTRAINT users_pkey PRIMARY KEY")
    schema(hinted)
    text = (whimbrel.folder / whimbrel("create", "names").ok().out.strip()).read_text()
    assert "DROP" not in text and text.count("RENAME COLUMN") == 2
    whimbrel("upgrade").ok()
    assert database.query("SELECT id, full_name FROM accounts") == [(1, "ada")]
    assert whimbrel("create", "nothing").ok().out == ""
    whimbrel("check").ok()
    whimbrel("downgrade", "-1").ok()
    assert database.query("SELECT id, name FROM users") == [(1, "ada")]


@BOTH
def test_a_line_that_can_not_be_meant(whimbrel, project, database, schema):
    schema("CREATE TABLE users (id integer PRIMARY KEY, name text);")
    whimbrel("create", "users").ok()
    for line, message in (("users.nmae=full_name", "there is nothing of that name, and nothing of the new name either"),
                          ("users.name=full_name", "it is still in the new schema under its old name"),
                          ("users.name", "that says no name and what it becomes"),
                          ("users.\"name=x", "that says no name and what it becomes"),
                          ("a.b.c.d=x", "that says no name and what it becomes")):
        schema(f"CREATE TABLE users (id integer PRIMARY KEY, name text);\n-- whimbrel:rename {line}\n")
        done = whimbrel("create", "x")
        assert done.code == 1 and message in done.err and "schema.sql:2" in done.err, done
    schema("-- whimbrel:rename users.name=full_name\nCREATE TABLE users (id integer PRIMARY KEY, called text);\n")
    assert "the new schema has none of that name" in whimbrel("create", "x").failed(1).err
    schema("SELECT '-- whimbrel:rename users.nmae=full_name';\nCREATE TABLE users (id integer PRIMARY KEY, name text);\n")
    whimbrel("check", "--no-database").ok()


@BOTH
def test_an_option_that_can_not_be_meant(whimbrel, project, database, write):
    old, new = write("old.sql", "CREATE TABLE t (a integer, b integer);"), write("new.sql", "CREATE TABLE t (b integer);")
    for rename, message in (("t.x=b", "there is nothing of that name"), ("t.a=b", "there is one of that name already"),
                            ("t.a=c", "the new schema has none of that name"), ("t.b=c", "still in the new schema"),
                            ("t=u", "still in the new schema"), ("t.b=b", "still in the new schema"), ("t", "that says no name and what it becomes")):
        whimbrel("diff", old, new, "--scratch", database.url, "--rename", rename).failed(2, message)
    new.write_text("CREATE TABLE t (c integer);")
    words = ("diff", old, new, "--scratch", database.url, "--rename", "t.a=c", "--rename")
    whimbrel(*words, "t.b=c").failed(2, "something else is renamed to that already")


@pytest.mark.engine("postgresql")
def test_which_one_is_meant(whimbrel, database, write):
    old = "CREATE SCHEMA s; CREATE TABLE t (a integer); CREATE TABLE s.t (a integer);"
    old, new = write("old.sql", old), write("new.sql", old.replace("s.t (a", "s.t (\"B b\""))
    words = ("diff", old, new, "--scratch", database.url, "--rename")
    whimbrel(*words, "t.a=b").failed(2, "of 2 that it could be none can: column public.t.a: it is still in the new")
    for rename in ('s.t.a="B b"', 't.a="B b"', 'column T.A = "B b"'):
        assert whimbrel(*words, rename).ok().out == 'ALTER TABLE s.t RENAME COLUMN a TO "B b";\n'


@BOTH
def test_without_a_terminal_it_is_said_and_not_done(whimbrel, database, write):
    old = write("old.sql", "CREATE TABLE users (id integer, name text, born integer); CREATE TABLE other (x integer);")
    new = write("new.sql", "CREATE TABLE users (id integer, full_name text, born text); CREATE TABLE another (x integer);")
    done = whimbrel("diff", old, new, "--scratch", database.url).ok()
    prefix = "public." if database.engine == "postgresql" else ""
    assert f"--rename '{prefix}users.name=full_name'" in done.err
    assert f"--rename '{prefix}other=another'" in done.err and done.err.count("--rename") == 2
    assert "RENAME TO another" not in done.out and "RENAME COLUMN" not in done.out
    found = whimbrel("diff", "--json", old, new, "--scratch", database.url).ok().json()
    assert found["possible_renames"] == [f"{prefix}other=another", f"{prefix}users.name=full_name"]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_is_asked(whimbrel, database, write, answer):
    old, new = write("old.sql", "CREATE TABLE t (a text);"), write("new.sql", "CREATE TABLE t (b text);")
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run([PROGRAM, "diff", old, new, "--scratch", database.url], stdin=theirs, stderr=theirs,
                          stdout=subprocess.PIPE, cwd=whimbrel.folder, env=whimbrel.environment, text=True, timeout=60)
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    assert "Was column public.t.a renamed to b? [y/N]" in said
    assert done.returncode == 0
    assert (done.stdout == "ALTER TABLE public.t RENAME COLUMN a TO b;\n") == (answer == "y")


# ---- Other things than tables and columns ----

CASES = [*sorted(FOLDER.glob("renames_of_*")), FOLDER / "other_names_of_indexes"]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_kind_on_whatever_server(whimbrel, project, database, case):
    """From the schema file with its lines: up, down, and up again, which `create` has tried; nothing is left over."""
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + f"\n[schema]\nsource = {case / 'before.sql'}\n")
    whimbrel("create", "before").ok()
    config.write_text(config.read_text().replace("before.sql", "after.sql"))
    whimbrel("create", "after").ok()
    whimbrel("upgrade").ok()
    assert whimbrel("diff", "live", case / "after.sql", "--exit-code").ok().out == ""
    whimbrel("downgrade", "-1").ok()
    assert whimbrel("diff", "live", case / "before.sql", "--exit-code").ok().out == ""


@pytest.fixture
def change(whimbrel, database, write):
    """change(old, new, *renames): the statements up, after both ways were run and have led to what they should."""
    def run(old, new, *renames):
        old, new = write("old.sql", old), write("new.sql", new)
        options = [word for rename in renames for word in ("--rename", rename)]
        up = whimbrel("diff", "--no-online", database.url, new, *options).ok().out
        down = whimbrel("diff", "--no-online", database.url, new, "--down", *options).ok().out
        database.run_script(up)
        assert whimbrel("diff", database.url, new, "--exit-code").ok().out == ""
        yield up
        database.run_script(down)
        assert whimbrel("diff", database.url, old, "--exit-code").ok().out == ""
        yield down
    return run


@pytest.mark.engine("postgresql")
def test_rows_of_an_enum_value(change, database):
    """With the type and its schema at once; a new value beside it; plpgsql, whose text nobody rewrites."""
    old = """CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad', 'happy');
        CREATE TABLE app.users (id integer, mood app.mood DEFAULT 'sad', all_of app.mood[]);
        CREATE FUNCTION app.sad(app.mood) RETURNS integer LANGUAGE plpgsql
        AS 'BEGIN RETURN (SELECT count(*) FROM app.users WHERE mood = ''sad'' AND mood = $1); END';"""
    new = (old.replace("'sad'", "'un happy'").replace("''sad''", "''un happy''").replace("app.mood", "main.\"Mood\"")
           .replace("app.", "main.").replace("SCHEMA app", "SCHEMA main"))
    database.run_script(old + "INSERT INTO app.users VALUES (1, 'sad', '{sad,happy}'), (2, 'happy', NULL);")
    ways = change(old, new, "app.mood.sad='un happy'", 'type app.mood="Mood"', "app=main")
    up = next(ways)
    assert "DROP" not in up and up.count("CREATE OR REPLACE FUNCTION") == 1
    assert database.query("SELECT id, mood::text, all_of::text FROM main.users ORDER BY id") == [
        (1, "un happy", '{"un happy",happy}'), (2, "happy", None)]
    assert database.query("SELECT main.sad('un happy')") == [(1,)]
    next(ways)
    assert database.query("SELECT mood::text, app.sad('sad') FROM app.users WHERE id = 1") == [("sad", 1)]


@BOTH
def test_names_that_are_swapped(change, database):
    """By way of a third one; others in a row, each when its name is free."""
    old = """CREATE TABLE a (id integer, x text, y text); CREATE TABLE b (id integer, one text, two text, three text);"""
    new = """CREATE TABLE b (id integer, y text, x text); CREATE TABLE a (id integer, two text, three text, four text);"""
    database.run_script(old + "INSERT INTO a VALUES (1, 'x', 'y'); INSERT INTO b VALUES (2, '1', '2', '3');")
    ways = change(old, new, "a=b", "b=a", "a.x=y", "a.y=x", "b.one=two", "b.two=three", "b.three=four")
    assert "DROP" not in next(ways)
    assert database.query("SELECT id, x, y FROM b") == [(1, "y", "x")]
    assert database.query("SELECT id, two, three, four FROM a") == [(2, "1", "2", "3")]
    next(ways)
    assert database.query("SELECT id, x, y FROM a") == [(1, "x", "y")]
    assert database.query("SELECT id, one, two, three FROM b") == [(2, "1", "2", "3")]


@pytest.mark.engine("postgresql")
def test_values_that_are_swapped(change, database):
    old, new = "CREATE TYPE t AS ENUM ('a', 'b'); CREATE TABLE x (t t);", "CREATE TYPE t AS ENUM ('b', 'a'); CREATE TABLE x (t t);"
    database.run_script(old + "INSERT INTO x VALUES ('a')")
    ways = change(old, new, "t.a=b", "t.b=a")
    assert next(ways) == ("ALTER TYPE public.t RENAME VALUE 'a' TO 'whimbrel_1';\n"
                          "ALTER TYPE public.t RENAME VALUE 'b' TO 'a';\n"
                          "ALTER TYPE public.t RENAME VALUE 'whimbrel_1' TO 'b';\n")
    assert database.query("SELECT t::text FROM x") == [("b",)]
    next(ways)
    assert database.query("SELECT t::text FROM x") == [("a",)]


@pytest.mark.engine("postgresql")
def test_what_of_a_database_comes_along(change, database):
    """Owners' grants stay with what is renamed, and with what is made anew beside it; views follow in their columns."""
    database.run_script("DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN END $$;")
    old = """CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id integer, name text, mood mood);
        CREATE VIEW v AS SELECT id, name FROM t; CREATE VIEW w AS SELECT name, id FROM v;
        CREATE FUNCTION f(mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';"""
    new = """CREATE TYPE feeling AS ENUM ('sad'); CREATE TABLE t (id integer, full_name text, mood feeling);
        CREATE VIEW people AS SELECT id, full_name FROM t; CREATE VIEW w AS SELECT full_name, id FROM people;
        CREATE FUNCTION g(feeling) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';"""
    database.run_script(old + "GRANT SELECT ON v TO reader; REVOKE ALL ON FUNCTION f FROM PUBLIC;")
    ways = change(old, new, "mood=feeling", "v=people", "t.name=full_name", "f=g")
    up = next(ways)
    assert "DROP VIEW" not in up and up.count("RENAME COLUMN") == 3
    assert "REVOKE ALL ON FUNCTION public.g(public.feeling) FROM PUBLIC" in up
    assert database.query("SELECT has_table_privilege('reader', 'people', 'SELECT')") == [(True,)]
    next(ways)


@pytest.mark.engine("postgresql")
def test_what_kind_is_meant(whimbrel, database, write):
    old = write("old.sql", """CREATE SCHEMA x; CREATE TABLE x (x integer); CREATE FUNCTION x() RETURNS integer LANGUAGE sql
        AS 'SELECT 1'; CREATE TYPE mood AS ENUM ('x', 'y'); CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql
        AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS integer LANGUAGE sql AS 'SELECT 1';""")
    new = write("new.sql", """CREATE SCHEMA y; CREATE TABLE y (x integer); CREATE FUNCTION y() RETURNS integer LANGUAGE sql
        AS 'SELECT 1'; CREATE TYPE mood AS ENUM ('z', 'y'); CREATE FUNCTION g(integer) RETURNS integer LANGUAGE sql
        AS 'SELECT 1'; CREATE FUNCTION g(text) RETURNS integer LANGUAGE sql AS 'SELECT 1';""")
    words = ("diff", old, new, "--scratch", database.url, "--rename")
    whimbrel(*words, "x=y").failed(2, "that could be the schema x or the table public.x", "put the schema in front")
    for rename, statement in (("schema x=y", "ALTER SCHEMA x RENAME TO y"), ("x()=y", "ALTER FUNCTION public.x() RENAME TO y"),
                              ("public.mood.x='z'", "ALTER TYPE public.mood RENAME VALUE 'x' TO 'z'"),
                              ("f(text)=g", "ALTER FUNCTION public.f(text) RENAME TO g"),
                              ("f=g", "ALTER FUNCTION public.f(integer) RENAME TO g;\nALTER FUNCTION public.f(text)")):
        assert whimbrel(*words, rename).ok().out.startswith(statement), rename


@pytest.mark.engine("sqlite")
def test_where_only_tables_and_columns_can_be(whimbrel, database, write):
    """Nothing else is asked about there, either."""
    old, new = write("old.sql", "CREATE VIEW v AS SELECT 1 AS a;"), write("new.sql", "CREATE VIEW w AS SELECT 1 AS a;")
    done = whimbrel("diff", old, new).ok()
    assert "CREATE VIEW w" in done.out and "rename" not in done.err
    whimbrel("diff", old, new, "--rename", "v=w").failed(2, "this engine renames only tables and columns")


@pytest.mark.engine("postgresql")
def test_other_questions(whimbrel, database, write):
    old = write("old.sql", """CREATE SCHEMA s; CREATE TABLE s.t (a integer); CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd');
        CREATE TYPE mood AS ENUM ('x'); CREATE DOMAIN d AS text CHECK (VALUE <> ''); CREATE TYPE c AS (a integer, b text);
        CREATE VIEW v AS SELECT 1 AS a; CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        CREATE SEQUENCE n; CREATE TYPE c2 AS (a integer, b text); CREATE TABLE i (a integer); CREATE INDEX i_a ON i (a);""")
    new = write("new.sql", """CREATE SCHEMA "New"; CREATE TABLE "New".t (a integer); CREATE TYPE e AS ENUM ('a', 'B', 'C', 'x', 'd');
        CREATE TYPE feeling AS ENUM ('x'); CREATE DOMAIN "D" AS text CHECK (VALUE <> ''); CREATE TYPE "C" AS (a integer, b text);
        CREATE VIEW w AS SELECT 1 AS a; CREATE FUNCTION g(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        CREATE SEQUENCE m; CREATE TYPE c2 AS (a integer, c text); CREATE TABLE i (a integer); CREATE INDEX i_b ON i (a);""")
    done = whimbrel("diff", "--json", old, new, "--scratch", database.url).ok().json()
    assert done["possible_renames"] == [
        's="New"', "public.mood=feeling", 'public.d="D"', 'public.c="C"', "public.n=m", "public.v=w",
        "public.f(integer)=g", "public.c2.b=c", 'public.e.b="B"', 'public.e.c="C"']
    said = whimbrel("diff", old, new, "--scratch", database.url).ok()
    assert "ALTER INDEX public.i_a RENAME TO i_b;" in said.out
    options = [word for rename in done["possible_renames"] for word in ("--rename", rename)]
    made = whimbrel("diff", old, new, "--scratch", database.url, *options).ok()
    assert "rename" not in made.err and "DROP" not in made.out and made.out.count("RENAME") == 12
