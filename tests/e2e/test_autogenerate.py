"""`create` from a schema source, and `check`: what is written, what is tried, what is refused, what is left behind."""

import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

from support.program import wait_until

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.slow]

USERS = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);\n"


@pytest.fixture
def schema(project):
    """schema(sql) says what the schema should be: in schema.sql, which whimbrel.ini names."""
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")

    def write(sql):
        (project.folder / "schema.sql").write_text(sql)
    return write


@pytest.fixture
def command(project):
    """command(text) makes that the schema source."""
    plain = (project.folder / "whimbrel.ini").read_text()

    def write(text):
        (project.folder / "whimbrel.ini").write_text(f"{plain}\n[schema]\nsource = command:{text}\n")
    return write


def scratch_databases(database):
    return [name for name, in database.query("SELECT datname FROM pg_database WHERE datname LIKE 'whimbrel_scratch%'")]


def created(whimbrel, *arguments):
    """The text of the revision that `create` writes."""
    return (whimbrel.folder / whimbrel("create", *arguments).ok().out.strip()).read_text()


def section(text, direction):
    return re.search(rf"^-- migrate:{direction}.*?\n(.*?)(?=^-- migrate:|\Z)", text, re.MULTILINE | re.DOTALL)[1].strip()


def test_from_nothing_to_a_change_and_back(whimbrel, project, database, schema):
    schema(USERS)
    first = created(whimbrel, "users")
    assert section(first, "up") == (
        "CREATE TABLE public.users (\n    id integer NOT NULL,\n    name text NOT NULL,\n"
        "    CONSTRAINT users_pkey PRIMARY KEY (id)\n);")
    assert section(first, "down") == "DROP TABLE public.users; -- destroys data"
    whimbrel("check").failed(3, "pending")
    whimbrel("upgrade").ok()
    assert "up to date" in whimbrel("check").ok().out
    database.execute("INSERT INTO users VALUES (1, 'curlew')")

    schema("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email text UNIQUE);\n")
    whimbrel("check").failed(3, "create column public.users.email", "alter column public.users.id: type", "create MESSAGE")
    second = created(whimbrel, "an address")
    assert "ADD COLUMN email text" in section(second, "up") and "DROP COLUMN email" in section(second, "down")
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    assert database.query("SELECT id, name, email FROM users") == [(1, "curlew", None)]
    whimbrel("downgrade", "-1", "--yes").ok()
    assert database.query("SELECT * FROM users") == [(1, "curlew")]
    assert scratch_databases(database) == []


def test_no_difference_writes_nothing(whimbrel, project, schema):
    project.revision("a1", USERS, "DROP TABLE users;")
    schema("create table USERS (ID int constraint users_pkey primary key, name TEXT not null);")
    before = sorted(project.migrations.iterdir())
    done = whimbrel("create", "nothing").ok()
    assert done.out == "" and "nothing to do" in done.err
    assert whimbrel("create", "nothing", "--json").ok().json() == {
        "revision": None, "path": None, "changes": [], "not_compared": []}
    assert sorted(project.migrations.iterdir()) == before
    assert "-- migrate:up\n" in created(whimbrel, "by hand", "--empty")


def test_the_database_need_not_be_there(whimbrel, absent_database, tmp_path):
    (whimbrel.folder / "schema.sql").write_text(USERS)
    (whimbrel.folder / "migrations").mkdir()
    assert "CREATE TABLE public.users" in created(whimbrel, "users", "--schema", "schema.sql", "--dir", "migrations",
                                                  "--url", absent_database.url)
    assert not absent_database.exists()


def test_what_others_have_in_the_database_is_let_alone(whimbrel, project, database, schema):
    project.revision("a1", USERS, "DROP TABLE users;")
    whimbrel("upgrade").ok()
    database.execute("CREATE TABLE of_somebody_else (id integer)")
    schema(USERS + "CREATE TABLE posts (id integer PRIMARY KEY);")
    text = created(whimbrel, "posts")
    assert "CREATE TABLE public.posts" in text and "somebody" not in text
    assert whimbrel("check").failed(3, "pending").code == 3


def test_against_the_live_database(whimbrel, project, database, schema):
    project.revision("a1", USERS, "DROP TABLE users;")
    whimbrel("upgrade").ok()
    database.run_script("CREATE TABLE by_hand (id integer); INSERT INTO by_hand VALUES (1);"
                        "ALTER TABLE users ADD COLUMN nick text;")
    schema(USERS)
    assert whimbrel("create", "x").ok().out == ""
    done = whimbrel("create", "tidy up", "--against", "live").ok()
    assert "drop table public.by_hand (destroys data)" in done.err
    text = (whimbrel.folder / done.out.strip()).read_text()
    assert "DROP TABLE public.by_hand; -- destroys data" in section(text, "up")
    assert "DROP COLUMN nick; -- destroys data" in section(text, "up")
    down = section(text, "down")
    assert "); -- its rows are not restored" in down and "ADD COLUMN nick text; -- its values are not restored" in down
    whimbrel("upgrade").ok()
    assert sorted(database.all_tables()) == ["alembic_version", "users", "whimbrel_ledger"]
    whimbrel("create", "x", "--against", "nonsense").failed(2, "history or live")
    assert scratch_databases(database) == []


def test_against_a_live_database_that_has_no_revision_yet(whimbrel, project, database, schema):
    database.execute("CREATE TABLE by_hand (id integer)")
    schema(USERS)
    text = created(whimbrel, "the first", "--against", "live")
    assert "DROP TABLE" in section(text, "up") and "CREATE TABLE" in section(text, "up")


def test_functions_of_a_live_database_are_copied_as_they_are(whimbrel, project, database, schema):
    """Their bodies may be right only with the search path of those who call them."""
    function = "CREATE FUNCTION {}f() RETURNS integer LANGUAGE sql AS 'SELECT id FROM inside';"
    project.revision("a1", USERS, "DROP TABLE users;")
    whimbrel("upgrade").ok()
    database.run_script("CREATE SCHEMA other; CREATE TABLE other.inside (id integer); SET search_path = other;"
                        + function.format("other."))
    schema("CREATE SCHEMA other; CREATE TABLE other.inside (id integer); SET search_path = other; " + function.format("other.")
           + "CREATE TABLE public.users (id integer PRIMARY KEY, name text NOT NULL, nick text);")
    text = created(whimbrel, "a nick", "--against", "live")
    assert section(text, "up") == "ALTER TABLE public.users ADD COLUMN nick text;"


def test_what_is_destroyed_is_said(whimbrel, project, database, schema):
    project.revision("a1", USERS + "CREATE TABLE old (id integer);", "DROP TABLE old; DROP TABLE users;")
    schema("CREATE TABLE users (id integer PRIMARY KEY);")
    done = whimbrel("create", "less", "--json").ok()
    changes = {change["name"]: change for change in done.json()["changes"]}
    assert changes["public.old"]["destructive"] and changes["public.users.name"]["destructive"]
    assert "drop table public.old (destroys data)" in done.err
    plan = whimbrel("upgrade", "--dry-run", "--json").ok().json()
    assert [step["destructive"] for step in plan["steps"]] == [False, True]


def test_branches(whimbrel, project, database, schema):
    project.revision("a1", "CREATE TABLE a (id integer);", "DROP TABLE a;", revises=None)
    project.revision("b1", "CREATE TABLE b (id integer);", "DROP TABLE b;", revises="a1", labels="left")
    project.revision("c1", "CREATE TABLE c (id integer);", "DROP TABLE c;", revises="a1")
    schema("CREATE TABLE a (id integer); CREATE TABLE b (id integer, more text);")
    whimbrel("create", "x").failed(1, "heads")
    text = created(whimbrel, "more", "--head", "left@head")
    assert "-- revises: b1\n" in text
    assert section(text, "up") == "ALTER TABLE public.b ADD COLUMN more text;"  # c is not of this branch
    schema("CREATE TABLE a (id integer); CREATE TABLE b (id integer, more text); CREATE TABLE c (id bigint);")
    text = created(whimbrel, "join", "--head", "heads")
    assert "-- revises: " in text and ", " in re.search(r"-- revises: (.*)", text)[1]
    assert section(text, "up") == "ALTER TABLE public.c ALTER COLUMN id TYPE bigint;"
    schema("CREATE TABLE own (id integer);")
    text = created(whimbrel, "a line of its own", "--head", "base")
    assert "-- revises" not in text and section(text, "up") == "CREATE TABLE public.own (\n    id integer\n);"
    schema("CREATE TABLE a (id integer); CREATE TABLE b (id integer); CREATE TABLE c (id integer, d integer);")
    text = created(whimbrel, "needs b", "--head", "c1", "--splice", "--depends-on", "b1")
    assert section(text, "up") == "ALTER TABLE public.c ADD COLUMN d integer;"
    whimbrel("upgrade", "heads").ok()
    assert "own" in database.all_tables()


def test_a_command_prints_the_schema(whimbrel, project, database, command):
    (project.folder / "models.py").write_text(f"import os\nprint({USERS!r} + '-- ' + os.environ['WHIMBREL_ENGINE'])\n")
    command(f"{sys.executable} models.py")
    assert "CREATE TABLE public.users" in created(whimbrel, "users")


def test_a_command_that_is_no_good(whimbrel, project, database, command):
    cases = {
        "exit 3": (1, "the command for the schema source", "exit status 3", "whimbrel.ini:6"),
        "echo oops >&2; exit 1": (1, "oops"),
        "true": (1, "it printed nothing"),
        "echo Warning: deprecated": (1, "syntax error", "command:echo Warning: deprecated:1:1"),
        "printf 'CREATE TABLE t (\\n  a integr);\\n'": (1, 'type "integr" does not exist', ":2:5"),
        "echo \"SELECT 'unfinished\"": (1, "has no end"),
        "no_such_program_anywhere": (1, "exit status 127"),
    }
    for text, (code, *words) in cases.items():
        command(text)
        whimbrel("create", "x").failed(code, *words)
        whimbrel("check").failed(code, *words)
    assert list(project.migrations.iterdir()) == [] and scratch_databases(database) == []


def test_a_schema_that_is_no_good(whimbrel, project, database, schema):
    cases = {
        "CREATE TABLE t (a integer);\nCREATE TABLE u (b integer REFERENCES missing);": ('"missing"', "schema.sql:2"),
        "CREATE TABEL t ();": ("syntax error", "schema.sql:1:8"),
        "CREATE TABLE t (a integer); ALTER TABLE t OWNER TO nobody_knows;": ("nobody_knows", "schema.sql:1"),
        "CREATE EXTENSION not_on_this_server;": ("not_on_this_server", "schema.sql:1"),
        "CREATE TABLE t (a text DEFAULT 'x);": ("schema.sql:1",),
    }
    for sql, words in cases.items():
        schema(sql)
        whimbrel("create", "x").failed(1, *words)
    whimbrel("create", "x", "--schema", "missing.sql").failed(2, "there is no schema source missing.sql")
    whimbrel("check", "--schema", "").failed(1, "no schema source is configured")
    assert list(project.migrations.iterdir()) == [] and scratch_databases(database) == []


def test_what_no_statement_can_do(whimbrel, project, database, schema):
    project.revision("a1", "CREATE TABLE t (a integer);", "DROP TABLE t;")
    schema("CREATE TABLE t (a integer) PARTITION BY LIST (a);")
    whimbrel("create", "x").failed(1, "table public.t: its kind can't be changed", "nothing was written")
    whimbrel("check", "--no-database").failed(3, "its kind can't be changed")
    assert len(list(project.migrations.iterdir())) == 1


def test_a_history_that_does_not_run(whimbrel, project, database, schema):
    project.revision("a1", "CREATE TABLE t (a integr);", "DROP TABLE t;", name="bad.sql")
    schema(USERS)
    whimbrel("create", "x").failed(1, 'type "integr" does not exist', "bad.sql")
    assert len(list(project.migrations.iterdir())) == 1 and scratch_databases(database) == []


def test_a_history_that_names_a_role(whimbrel, project, database, schema):
    project.revision("a1", "CREATE TABLE t (a integer); GRANT SELECT ON t TO nobody_of_that_name;", "DROP TABLE t;")
    schema(USERS)
    for command in (["create", "x"], ["diff", "history", "source"]):
        done = whimbrel(*command).failed(1, 'role "nobody_of_that_name" does not exist')
        assert "the one where scratch databases are made must have it, too" in done.err


def test_an_index_of_partitions_that_was_cut_off(whimbrel, project, database, schema):
    """What one partition's build has left INVALID is built again, and the parts come together."""
    tables = ("CREATE TABLE log (id integer, part integer) PARTITION BY LIST (part);\n"
              + "".join(f"CREATE TABLE log_{n} PARTITION OF log FOR VALUES IN ({n});\n" for n in range(3)))
    schema(tables)
    created(whimbrel, "tables")
    whimbrel("upgrade").ok()
    database.execute("INSERT INTO log VALUES (1, 0), (1, 1), (1, 1), (1, 2)")
    schema(tables + "CREATE UNIQUE INDEX log_id ON log (id, part);\n")
    text = created(whimbrel, "index")
    assert "-- migrate:up transaction:false" in text and text.count(" CONCURRENTLY ") == 3
    states = ("SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid::regclass::text ~ '^log'"
              " ORDER BY 1")
    for _ in range(2):
        whimbrel("upgrade").failed(1, "log_1_id_part_idx")
        assert database.query(states) == [("log_0_id_part_idx", True), ("log_1_id_part_idx", False), ("log_id", False)]
    database.execute("DELETE FROM log_1")
    whimbrel("upgrade").ok()
    names = [f"log_{n}_id_part_idx" for n in range(3)]
    assert database.query(states) == [(name, True) for name in [*names, "log_id"]]
    whimbrel("check").ok()
    whimbrel("downgrade", "-1", "--yes").ok()
    assert database.query(states) == []


def test_names(whimbrel, project, database, schema):
    odd = ['with "quotes"', "two words", "100%", "🐦", "x" * 63, "select", "MixedCase", "semi;colon", "dash--dash"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in odd]
    schema("".join(f"CREATE TABLE {name} (id integer PRIMARY KEY, {name} text);\n" for name in quoted))
    created(whimbrel, "names")
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    assert set(odd) <= set(database.all_tables())


def test_sql_that_is_given_is_taken(whimbrel, project, database, schema):
    schema(USERS)
    (project.folder / "up.sql").write_text("CREATE TABLE mine (id integer);")
    assert "mine" in created(whimbrel, "mine", "--sql", "up.sql")
    for option in ("--against=live", "--schema=schema.sql", f"--scratch={database.url}"):
        whimbrel("create", "x", "--sql", "up.sql", option).failed(2, "made from the schema source")
        whimbrel("create", "x", "--empty", option).failed(2, "made from the schema source")
    whimbrel("create", "x", "--sql", "up.sql", "--empty").failed(2, "--empty")


def test_check_as_json(whimbrel, project, database, schema):
    schema(USERS)
    project.revision("a1", USERS, "DROP TABLE users;")
    found = whimbrel("check", "--json").failed(3).json()
    assert found == {"ok": False, "changes": [], "impossible": [], "not_compared": [], "up_to_date": False,
                     "pending": ["a1"], "problems": []}
    whimbrel("upgrade").ok()
    assert whimbrel("check", "--json").ok().json()["ok"] is True
    assert "up_to_date" not in whimbrel("check", "--json", "--no-database").ok().json()


@pytest.fixture
def short_folder():
    """A temporary folder in which a socket's path has room, and which servers can reach."""
    folder = Path(tempfile.mkdtemp(prefix="wb-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_server_of_its_own(whimbrel, files, short_folder):
    """With initdb, in a temporary folder: nothing of it is left, even after a kill."""
    (files.folder / "schema.sql").write_text(USERS)
    whimbrel.environment["TMPDIR"] = str(short_folder)
    check = ["check", "--no-database", "--schema", "schema.sql"]
    assert "CREATE TABLE public.users" in created(whimbrel, "users", "--schema", "schema.sql", "--scratch", "initdb")
    done = whimbrel(*check, "--url", "postgresql://nobody@127.0.0.1:1/nothing", env={"PATH": "/nowhere"}).ok()
    assert "on a server of their own" in done.err
    assert list(short_folder.iterdir()) == []
    (files.folder / "schema.sql").write_text("SELECT pg_sleep(100);")
    running = whimbrel.start(*check, "--scratch", "initdb")
    assert wait_until(lambda: list(short_folder.glob("*/data/postmaster.pid")))
    time.sleep(0.5)
    running.process.kill()
    assert wait_until(lambda: list(short_folder.iterdir()) == [])


def test_a_role_that_may_not_make_databases(whimbrel, project, database, cluster, schema):
    cluster.psql("postgres", script="DROP ROLE IF EXISTS meek; CREATE ROLE meek LOGIN PASSWORD 'meek'")
    schema(USERS)
    url = cluster.tcp_url(database.name, "meek", "meek")
    done = whimbrel("create", "users", "--url", url).ok()
    assert "the role may not make a scratch database; scratch databases are made on a server of their own" in done.err
    assert "meek:meek" not in done.err
    whimbrel("create", "users", "--url", url, "--against", "live").failed(4, "CREATEDB")


def test_what_is_not_compared_is_said_again(whimbrel, project, database, schema):
    method = "CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler;"
    project.revision("a1", method, "DROP ACCESS METHOD m;")
    schema(method)
    for _ in range(2):
        assert "not compared: access method m" in whimbrel("check", "--no-database").ok().err
