"""Renames: given, written beside the schema, answered; rows stay, and what hangs on the old name follows. Never guessed."""

import os
import pty
import re
import subprocess

import pytest

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
                            ("t=u", "still in the new schema"), ("t", "that says no name and what it becomes")):
        whimbrel("diff", old, new, "--scratch", database.url, "--rename", rename).failed(2, message)


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
