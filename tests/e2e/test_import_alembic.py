"""
`whimbrel import alembic`: what Alembic makes of a history and what whimbrel makes of the imported files is the same, at
every revision, up and down; and whatever is wrong with the project ends in one message and without a half-written folder.
"""

import ast
import shutil
import signal
import subprocess
import sys
import time

import pytest

from support.alembic import HISTORIES as HISTORIES_FOLDER
from support.alembic import Alembic, content, copy_history, revision, write_history
from support.database import PostgreSQL, SQLite
from support.program import PROGRAM, ROOT, wait_until

pytestmark = pytest.mark.slow

SETTINGS = {"APP_SETTING": "from the file"}
HISTORIES = [("shop", "postgresql"), ("async", "postgresql"), ("notes", "sqlite"), ("toml", "sqlite")]


def url_of(database, name="shop"):
    return database.url.replace("postgresql:", "postgresql+psycopg:") if name == "shop" else database.url


def new_database(request, engine, path):
    if engine == "sqlite":
        return SQLite(path)
    database = PostgreSQL(request.getfixturevalue("cluster"))
    request.addfinalizer(database.remove)
    return database


class Pair:
    """A history, imported; one database for Alembic and one for whimbrel."""

    def __init__(self, request, whimbrel, tmp_path, name, engine, python=sys.executable):
        self.name, self.engine, self.request, self.tmp_path = name, engine, request, tmp_path
        self.folder = copy_history(name, whimbrel.folder)
        self.whimbrel, self.python = whimbrel, python
        self.theirs = new_database(request, engine, tmp_path / "theirs.db")
        self.ours = new_database(request, engine, tmp_path / "ours.db")
        self.table = "app_version" if name == "async" else "alembic_version"
        self.alembic = self.alembic_on(self.theirs)
        self.order = self.alembic.order()

    def alembic_on(self, database):
        environment = SETTINGS | {"DATABASE_URL": url_of(database, self.name)}
        if self.name in ("shop", "notes", "toml"):
            url = url_of(database, self.name)
            env = self.folder / "migrations" / "env.py"
            env = env if env.exists() else self.folder / "db" / "env.py"
            line = 'import os; context.config.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"])\n'
            if line not in env.read_text():
                env.write_text(env.read_text().replace("engine = ", line + "engine = ", 1))
            environment["DATABASE_URL"] = url
        alembic = Alembic(self.folder, environment, self.python)
        self.request.addfinalizer(alembic.close)
        return alembic

    def run_import(self, *arguments, **options):
        return self.whimbrel("import", "alembic", "--python", self.python, "--dir", "imported", *arguments,
                             env=SETTINGS | {"DATABASE_URL": url_of(self.ours, self.name)}, **options)

    def run(self, *arguments, database=None):
        return self.whimbrel(*arguments, env={"DATABASE_URL": (database or self.ours).url})

    def content(self, database):
        return content(database, (self.table, "whimbrel_ledger"))

    def heads(self, database):
        return sorted(row[0] for row in database.query(f"SELECT version_num FROM {self.table}"))

    def same(self, what):
        assert self.heads(self.theirs) == self.heads(self.ours), what
        assert self.content(self.theirs) == self.content(self.ours), what


@pytest.fixture(params=HISTORIES, ids=lambda param: param[0])
def pair(request, whimbrel, tmp_path):
    return Pair(request, whimbrel, tmp_path, *request.param)


def walk_both(pair):
    for id, _ in pair.order:
        pair.alembic("upgrade", id)
        pair.run("upgrade", id).ok()
        pair.same(f"upgrade {id}")
    for id, parents in reversed(pair.order):
        target = parents[0] if parents else "base"
        done = pair.alembic("downgrade", target, check=False)
        ours = pair.run("downgrade", target, "--yes")
        if done is not None:
            assert ours.code == 1, ours  # the downgrade that fails is none of whimbrel's either
            for database in (pair.theirs, pair.ours):
                restart_below(pair, database, id, parents)
        pair.same(f"downgrade {target}")


def clear(database):
    if database.engine == "sqlite":
        database.path.unlink(missing_ok=True)
    else:
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS audit CASCADE")


def restart_below(pair, database, id, parents):
    """A database that is below a revision which there is no way back from."""
    clear(database)
    for other, _ in pair.order:
        if other == id:
            break
        if database is pair.ours:
            pair.run("upgrade", other).ok()
        else:
            pair.alembic("upgrade", other)


@pytest.mark.timeout(300)
def test_the_same_at_every_revision(pair):
    pair.run_import().ok()
    walk_both(pair)


@pytest.mark.timeout(300)
def test_takes_over_from_any_revision(pair):
    pair.run_import().ok()
    clear(pair.theirs)
    pair.alembic("upgrade", "heads")
    there = pair.alembic_on(pair.ours)
    for id, _ in pair.order:
        clear(pair.ours)
        there("upgrade", id)
        pair.run("upgrade").ok()
        pair.same(id)
        there("current", "--check-heads")  # and Alembic takes it back


def test_notes_say_what_is_not_certain(request, whimbrel, tmp_path):
    pair = Pair(request, whimbrel, tmp_path, "shop", "postgresql")
    result = pair.run_import("--json").ok().json()
    notes = {(note["revision"], note["kind"]) for note in result["notes"]}
    assert notes == {("a2", "downgrade-differs"), ("b1", "condition"), ("b2", "rows"), ("b2", "varies"),
                     ("c1", "downgrade-differs"), ("d2", "downgrade-fails")}
    assert result["revisions"] == 9 and result["clean"] == 4 and result["dir"] == "imported"
    text = {path.name.split("_")[1]: path.read_text() for path in (pair.folder / "imported").glob("*.sql")}
    assert "-- whimbrel: ran after reading: SELECT id, name FROM users WHERE state = 'new'\nUPDATE users" in text["b2"]
    assert "type public.order_kind is new" in text["a2"]
    assert "-- migrate:down irreversible\n" in text["d2"] and "NotImplementedError" in text["d2"]
    assert "-- migrate:up transaction:false\nALTER TYPE" in text["c1"]
    assert "never" not in text["c2"]  # its savepoint was rolled back
    assert "-- created: 2024-01-02T10:11:12Z" in text["a1"] and "-- branch-labels: main" in text["a1"]
    assert "-- depends-on: b1" in text["c2"] and "-- revises: b2, c2" in text["d1"]
    assert pair.run("history").ok().out.count("\n") >= 9


def test_nothing_is_left_on_the_server(request, whimbrel, tmp_path):
    pair = Pair(request, whimbrel, tmp_path, "async", "postgresql")
    pair.run_import().ok()
    assert scratch_databases(pair.ours) == []
    assert pair.ours.all_tables() == []


def scratch_databases(database):
    return [row[0] for row in database.query("SELECT datname FROM pg_database WHERE datname LIKE 'whimbrel_scratch%'")]


def test_settings_of_env_are_written_down(whimbrel):
    write_history(whimbrel.folder, {"a.py": revision("a1")}, env=(
        "from alembic import context\nfrom sqlalchemy import create_engine\n"
        "with create_engine(context.config.get_main_option('sqlalchemy.url')).connect() as connection:\n"
        "    context.configure(connection=connection, version_table='versions')\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n"))
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out").ok()
    assert "version_table = versions\n" in (whimbrel.folder / "whimbrel.ini").read_text()
    assert "url = sqlite:///app.db\n" in (whimbrel.folder / "whimbrel.ini").read_text()
    assert not (whimbrel.folder / "app.db").exists()


# ---- How it runs them ----

PLAIN_ENV = ("from alembic import context\nfrom sqlalchemy import create_engine, text\n"
             "engine = create_engine(context.config.get_main_option('sqlalchemy.url'))\n"
             "with engine.connect() as connection:\n    {before}\n    context.configure(connection=connection)\n"
             "    with context.begin_transaction():\n        context.run_migrations()\n")


def make_table(name):
    return {"up": f"op.execute('CREATE TABLE {name} (id integer)')", "down": f"op.execute('DROP TABLE {name}')"}


def import_notes(whimbrel, url, **environment):
    """The notes of a successful import, as (revision, kind)."""
    result = whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out", "--json",
                      env={"DATABASE_URL": url} | environment).ok().json()
    return {(note["revision"], note["kind"]) for note in result["notes"]}


@pytest.fixture
def postgresql(request):
    return new_database(request, "postgresql", None)


def test_env_is_run_once_for_many_revisions(database, whimbrel):
    """It may take seconds, as it imports an application."""
    write_history(whimbrel.folder, {f"{n}.py": revision(f"r{n}", f"r{n - 1}" if n else None, **make_table(f"t{n}"))
                                    for n in range(8)}, env="open('runs', 'a').write('.')\n" + PLAIN_ENV.format(before="pass"))
    assert import_notes(whimbrel, url_of(database)) == set()
    assert len((whimbrel.folder / "runs").read_text()) <= 3


def test_long_names_are_told_apart(postgresql, whimbrel):
    """Two constraints whose names with the table's have the first 63 bytes in common."""
    table, first, second = "t" * 40, "c" * 40 + "_one", "c" * 40 + "_two"
    add, drop = (f"op.execute('ALTER TABLE {table} {word}')" for word in (
        f"ADD CONSTRAINT {second} CHECK (id > 1)", f"DROP CONSTRAINT IF EXISTS {second}"))
    write_history(whimbrel.folder, {
        "a.py": revision("a1", None, f"op.execute('CREATE TABLE {table} (id integer, CONSTRAINT {first} CHECK (id > 1))')",
                         f"op.execute('DROP TABLE {table}')"),
        "b.py": revision("b1", "a1", add, drop), "c.py": revision("c1", "b1", drop, "pass"),
    }, env=PLAIN_ENV.format(before="pass"))
    assert import_notes(whimbrel, url_of(postgresql)) == {("c1", "downgrade-differs")}


def test_file_that_can_run_once_in_a_process(database, whimbrel):
    """It declares its table where it runs, which SQLAlchemy lets it do once; Alembic is a new process each time."""
    table = "sa.Table('a', metadata, sa.Column('id', sa.Integer))"
    write_history(whimbrel.folder, {
        "a.py": revision("a1", None, f"{table}.create(op.get_bind(), checkfirst=False)",
                         f"{table}.drop(op.get_bind(), checkfirst=False)", "metadata = sa.MetaData()\n"),
        "b.py": revision("b1", "a1", **make_table("b")),
    }, env=PLAIN_ENV.format(before="pass"))
    assert import_notes(whimbrel, url_of(database)) == set()


def test_env_that_makes_tables_itself(database, whimbrel):
    """They are there again when the scratch database is made anew, for a downgrade that does not lead back."""
    before = "connection.execute(text('CREATE TABLE IF NOT EXISTS roles (id integer)')); connection.commit()"
    write_history(whimbrel.folder, {
        "a.py": revision("a1", None, "op.execute('CREATE TABLE a (id integer)')"),
        "b.py": revision("b1", "a1", "op.execute('ALTER TABLE roles ADD name varchar(9)')", "pass"),
    }, env=PLAIN_ENV.format(before=before))
    assert import_notes(whimbrel, url_of(database)) == {("a1", "env"), ("a1", "downgrade-differs"),
                                                        ("b1", "downgrade-differs")}


def test_settings_of_a_session_end_with_the_revision(postgresql, whimbrel):
    """As they do with whimbrel, which resets it."""
    write_history(whimbrel.folder, {
        "a.py": revision("a1", None, "op.execute('CREATE SCHEMA other'); op.execute('SET search_path = other, public')",
                         "op.execute('DROP SCHEMA other')"),
        "b.py": revision("b1", "a1", **make_table("b")),
    }, env=PLAIN_ENV.format(before="pass").replace("import create_engine", "import pool, create_engine").replace(
        "'))", "'), poolclass=pool.NullPool)", 1))
    assert import_notes(whimbrel, url_of(postgresql)) == set()


def test_recorded_statements_do_not_harm_the_bridge(postgresql, whimbrel):
    """They run in a session that is not the one by which the scratch database is known."""
    write_history(whimbrel.folder, {
        "a.py": revision("a1", None, "with op.get_context().autocommit_block():\n        op.execute('DISCARD ALL')",
                         "op.execute('SET application_name = nowhere')"),
        "b.py": revision("b1", "a1", **make_table("b")),
    }, env=PLAIN_ENV.format(before="pass"))
    assert import_notes(whimbrel, url_of(postgresql)) == set()


def test_not_all_queries_of_a_reflection_are_told(database, whimbrel):
    """An inspector asks dozens before one statement: a few of them say it."""
    up = "[op.get_bind().execute(sa.text(f'SELECT {n} FROM a')) for n in range(20)]; op.execute('CREATE TABLE b (id integer)')"
    write_history(whimbrel.folder, {"a.py": revision("a1", None, **make_table("a")),
                                    "b.py": revision("b1", "a1", up, "op.execute('DROP TABLE b')")},
                  env=PLAIN_ENV.format(before="pass"))
    assert import_notes(whimbrel, url_of(database)) == {("b1", "rows")}
    text, = (path.read_text() for path in (whimbrel.folder / "out").rglob("*.sql") if "revision: b1" in path.read_text())
    assert text.count("ran after reading: SELECT") == 4 and "-- whimbrel: ... and 16 more queries\nCREATE TABLE b" in text


def test_env_that_hides_errors(whimbrel):
    write_history(whimbrel.folder, {"a.py": revision("a1", None, "1 / 0")}, env=(
        "try:\n    " + PLAIN_ENV.format(before="pass").replace("\n", "\n    ") + "\nexcept Exception as error:\n    print(error)\n"))
    refused(whimbrel, "env.py goes on after revision a1 has failed", "division by zero")


def test_driver_is_asyncpg_alone(request, whimbrel, tmp_path):
    for name in ("psycopg.py", "psycopg2.py"):
        (tmp_path / name).write_text("raise ImportError('not here')\n")
    pair = Pair(request, whimbrel, tmp_path, "async", "postgresql")
    pair.whimbrel("import", "alembic", "--python", sys.executable, "--dir", "imported",
                  env=SETTINGS | {"DATABASE_URL": pair.ours.url, "PYTHONPATH": str(tmp_path)}).ok()


def test_driver_is_psycopg_in_async_mode(postgresql, whimbrel):
    write_history(whimbrel.folder, {"a.py": revision("a1", None, **make_table("a"))}, env=(
        (HISTORIES_FOLDER / "async" / "core" / "env.py").read_text().replace("+asyncpg", "+psycopg")))
    assert import_notes(whimbrel, postgresql.url, **SETTINGS) == set()


def test_url_that_is_set_as_an_option_of_another_name(postgresql, whimbrel):
    """Some env.py read `url` beside sqlalchemy.url."""
    write_history(whimbrel.folder, {"a.py": revision("a1", None, **make_table("a"))},
                  url="postgresql+psycopg://nobody@127.0.0.1:1/nothing",
                  env=PLAIN_ENV.format(before="pass").replace("'sqlalchemy.url'", "'url'"))
    assert import_notes(whimbrel, url_of(postgresql)) == set()


def test_file_of_an_installed_history_is_named(whimbrel, tmp_path):
    """The revisions of a package that is installed are the project's all the same."""
    package = tmp_path / "site-packages" / "theirs"
    write_history(package, GOOD | {"b.py": revision("b1", "a1", up="1 / 0")})
    (whimbrel.folder / "alembic.ini").write_text(
        f"[alembic]\nscript_location = {package / 'migrations'}\nsqlalchemy.url = sqlite:///app.db\n")
    refused(whimbrel, "b.py:10", "division by zero")


def test_version_table_of_another_schema(postgresql, whimbrel):
    """It is written down, and both tools go on from where the other has left the database."""
    env = PLAIN_ENV.format(before="connection.execute(text('CREATE SCHEMA IF NOT EXISTS meta')); connection.commit()")
    write_history(whimbrel.folder, {
        f"{name}.py": revision(name, parent, **make_table(f"t_{name}"))
        for name, parent in (("a1", None), ("b1", "a1"), ("c1", "b1"))}, url=url_of(postgresql), env=env.replace(
            "connection=connection)", "connection=connection, version_table='versions', version_table_schema='meta')"))
    import_notes(whimbrel, url_of(postgresql))
    config = (whimbrel.folder / "whimbrel.ini").read_text()
    assert "version_table = versions\n" in config and "version_table_schema = meta\n" in config
    alembic = Alembic(whimbrel.folder)
    try:
        alembic("upgrade", "a1")
        whimbrel("upgrade", "+1", env={"DATABASE_URL": postgresql.url}).ok()
        assert postgresql.query("SELECT version_num FROM meta.versions") == [("b1",)]
        alembic("upgrade", "head")
        whimbrel("downgrade", "-1", "--yes", env={"DATABASE_URL": postgresql.url}).ok()
        assert postgresql.query("SELECT version_num FROM meta.versions") == [("b1",)]
        assert {"t_a1", "t_b1"} <= set(postgresql.all_tables()) and "t_c1" not in postgresql.all_tables()
    finally:
        alembic.close()


# ---- Older tools ----

OLD = ROOT / ".venv" / "old" / "bin" / "python"


@pytest.mark.timeout(300)
@pytest.mark.slow
@pytest.mark.parametrize("name, on", HISTORIES[:3])
def test_oldest_supported_tools(request, whimbrel, tmp_path, name, on):
    """Alembic 1.8 and SQLAlchemy 1.4; psycopg2."""
    if not OLD.exists():
        pytest.fail("make prepare-test has not made .venv/old")
    pair = Pair(request, whimbrel, tmp_path, name, on, str(OLD))
    if name == "shop":
        pair.whimbrel("import", "alembic", "--python", str(OLD), "--dir", "imported",
                      env={"DATABASE_URL": pair.ours.url}).ok()
        pair.alembic.environment["DATABASE_URL"] = pair.theirs.url
    else:
        pair.run_import().ok()
    walk_both(pair)


def test_bridge_is_python_3_8():
    for path in (ROOT / "python").rglob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 8))


# ---- From a revision on ----


@pytest.mark.parametrize("name, on", [("shop", "postgresql"), ("notes", "sqlite")])
def test_from_a_revision_with_a_dump(request, whimbrel, tmp_path, name, on):
    pair = Pair(request, whimbrel, tmp_path, name, on)
    base = "b1" if name == "shop" else "n3"
    pair.alembic("upgrade", base)
    dump = pair.folder / "schema.sql"
    if on == "postgresql":
        dump.write_text(pair.theirs.cluster.pg_dump(pair.theirs.name, "-s", "-O"))
    else:
        dump.write_text("".join(row[0] + ";\n" for row in pair.theirs.query(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")))
    for path in list(pair.folder.rglob("versions/*.py")):  # the first ones no longer run
        if path.name.startswith(("a1", "1_")):
            path.write_text(path.read_text().replace("def upgrade():", "def upgrade():\n    raise RuntimeError('too old')"))
    if name == "shop":
        pair.run_import("--from", base, "--dump", "schema.sql").failed(1, "does not come after b1", "c1")
        for other in ("c1_outside", "c2_functions", "d1_merge", "d2_one_way", "e1_other"):
            (pair.folder / "migrations" / "versions" / f"{other}.py").unlink()
    pair.run_import("--from", base, "--dump", "schema.sql").ok()
    pair.run("upgrade").ok()
    pair.alembic("upgrade", "heads")
    theirs, ours = pair.content(pair.theirs), pair.content(pair.ours)
    assert theirs[0] == ours[0]
    assert pair.heads(pair.theirs) == pair.heads(pair.ours)
    assert "irreversible" in pair.run("downgrade", "base", "--yes").failed(1).err


def test_from_and_dump_go_together(whimbrel):
    write_history(whimbrel.folder, {"a.py": revision("a1")})
    whimbrel("import", "alembic", "--from", "a1").failed(2, "--from and --dump go together", "pg_dump")


# ---- The scratch database ----


def test_hardcoded_url_is_refused(request, whimbrel, tmp_path, cluster):
    """Not a statement reaches the database that env.py insists on."""
    database = new_database(request, "postgresql", None)
    elsewhere = new_database(request, "postgresql", None)
    env = (f"from alembic import context\nfrom sqlalchemy import create_engine\n"
           f"with create_engine({url_of(elsewhere)!r}).connect() as connection:\n"
           "    context.configure(connection=connection)\n"
           "    with context.begin_transaction():\n        context.run_migrations()\n")
    write_history(whimbrel.folder, {"a.py": revision("a1", up="op.execute('CREATE TABLE a (id integer)')")}, env=env)
    result = whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out",
                      env={"DATABASE_URL": url_of(database)})
    result.failed(1, f"connects to the database {elsewhere.name}, not to the scratch database", "DATABASE_URL")
    assert elsewhere.all_tables() == []
    assert scratch_databases(database) == []
    assert not (whimbrel.folder / "out").exists() and not (whimbrel.folder / "whimbrel.ini").exists()


def test_same_name_on_another_server_is_refused(request, whimbrel, cluster, own_cluster):
    """Neither the name nor the address is believed: a creator hides both."""
    here, there = PostgreSQL(cluster), PostgreSQL(own_cluster)
    here.admin(f'CREATE DATABASE "{here.name}_scratch"')
    request.addfinalizer(lambda: here.admin(f'DROP DATABASE "{here.name}_scratch" WITH (FORCE)'))
    there.admin(f'CREATE DATABASE "{here.name}_scratch"')
    env = ("import psycopg\nfrom alembic import context\nfrom sqlalchemy import create_engine\n"
           f"engine = create_engine('postgresql+psycopg://', creator=lambda: psycopg.connect(host={str(own_cluster.folder)!r}, "
           f"port={own_cluster.port}, user='whimbrel', dbname='{here.name}_scratch'))\n"
           "with engine.connect() as connection:\n    context.configure(connection=connection)\n"
           "    with context.begin_transaction():\n        context.run_migrations()\n")
    write_history(whimbrel.folder, {"a.py": revision("a1")}, env=env)
    result = whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out", "--scratch",
                      cluster.url(here.name + "_scratch"), env={"DATABASE_URL": here.url})
    result.failed(1, "connects to another database, not to the scratch database")
    there.remove()


def test_hardcoded_sqlite_file_is_refused(whimbrel):
    env = (f"from alembic import context\nfrom sqlalchemy import create_engine\n"
           "with create_engine('sqlite:///production.db').connect() as connection:\n"
           "    context.configure(connection=connection)\n"
           "    with context.begin_transaction():\n        context.run_migrations()\n")
    write_history(whimbrel.folder, {"a.py": revision("a1")}, env=env)
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out").failed(
        1, "connects to the SQLite file", "production.db", "not to the scratch database")
    assert not (whimbrel.folder / "production.db").exists()


def test_given_scratch_database_must_be_empty(database, whimbrel):
    database.execute("CREATE TABLE precious (id integer)")
    write_history(whimbrel.folder, {"a.py": revision("a1", up="op.execute('CREATE TABLE a (id integer)')")})
    url = url_of(database) if database.engine == "postgresql" else database.url
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out", "--scratch", url).failed(
        1, "the scratch database is not empty")
    assert database.tables() == ["precious"]


def test_given_scratch_database_is_left_empty(database, whimbrel):
    write_history(whimbrel.folder, {"a.py": revision("a1", up="op.execute('CREATE TABLE a (id integer)')",
                                                     down="op.execute('DROP TABLE a')")})
    url = url_of(database) if database.engine == "postgresql" else database.url
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out", "--scratch", url).ok()
    assert database.all_tables() == []


def test_without_createdb(request, whimbrel, cluster):
    database = new_database(request, "postgresql", None)
    role = f"{database.name}_role"
    database.admin(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    request.addfinalizer(lambda: database.admin(f"DROP ROLE {role}"))
    write_history(whimbrel.folder, {"a.py": revision("a1")})
    result = whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out",
                      env={"DATABASE_URL": cluster.tcp_url(database.name, role, "x")})
    result.failed(4, "may not make a scratch database", "CREATEDB", "--scratch")
    assert not (whimbrel.folder / "out").exists()


def test_left_overs_of_killed_runs_are_dropped(request, whimbrel, cluster):
    """And nothing that only looks like one."""
    database = new_database(request, "postgresql", None)
    other = "whimbrel_scratch_00000000_0123456789ab"
    database.admin(f"CREATE DATABASE {other}")  # without the comment
    request.addfinalizer(lambda: database.admin(f"DROP DATABASE {other}"))
    write_history(whimbrel.folder, {"a.py": revision("a1", up="import time; time.sleep(60)")}, env=(
        "from alembic import context\nfrom sqlalchemy import create_engine, pool\n"
        "engine = create_engine(context.config.get_main_option('sqlalchemy.url'), poolclass=pool.NullPool)\n"
        "with engine.connect() as connection:\n    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n"))
    arguments = ("import", "alembic", "--python", sys.executable, "--dir", "out")
    running = whimbrel.start(*arguments, env={"DATABASE_URL": url_of(database)}, start_new_session=True)
    assert wait_until(lambda: len(scratch_databases(database)) == 2)
    assert wait_until(lambda: database.query(
        "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname LIKE 'whimbrel_scratch%'"))
    running.signal(signal.SIGKILL)
    running.finish()
    left = [name for name in scratch_databases(database) if name != other]
    assert len(left) == 1
    database.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{left[0]}'")
    assert wait_until(lambda: not database.query(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{left[0]}'"))
    database.admin(f"ALTER DATABASE {left[0]} RENAME TO whimbrel_scratch_{int(time.time()) - 3600:08x}_1_0000000a")
    (whimbrel.folder / "migrations" / "versions" / "a.py").write_text(revision("a1"))
    whimbrel(*arguments, env={"DATABASE_URL": url_of(database)}).ok()
    assert scratch_databases(database) == [other]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_cleans_up(request, whimbrel, cluster, number):
    database = new_database(request, "postgresql", None)
    write_history(whimbrel.folder, {"a.py": revision("a1", up="open('here', 'w'); import time; time.sleep(60)")})
    running = whimbrel.start("import", "alembic", "--python", sys.executable, "--dir", "out",
                             env={"DATABASE_URL": url_of(database)})
    (whimbrel.folder / "migrations" / "env.py").write_text(
        (whimbrel.folder / "migrations" / "env.py").read_text().replace("render_as_batch=True", ""))
    assert wait_until((whimbrel.folder / "here").exists)
    running.signal(number)
    assert running.finish().code == 128 + number
    assert scratch_databases(database) == []
    assert not (whimbrel.folder / "out").exists()


# ---- Bad input ----

GOOD = {"a.py": revision("a1")}


def refused(whimbrel, *words, arguments=(), code=1, env=None, python=sys.executable):
    """Each ends in one message, and leaves nothing."""
    before = sorted(whimbrel.folder.iterdir())
    result = whimbrel("import", "alembic", "--python", python, "--dir", "out", *arguments, env=env)
    result.failed(code, *words)
    assert len([line for line in result.err.splitlines() if "error:" in line]) == 1, result
    assert sorted(whimbrel.folder.iterdir()) == before
    return result


@pytest.mark.parametrize("env, words", [
    ("raise RuntimeError('the moon is full')", ("the moon is full", "migrations/env.py:1")),
    ("import sys; sys.exit(3)", ("env.py", "ends the process", "migrations/env.py:1")),
    ("import os; os._exit(7)", ("ended by itself (status 7)", "migrations/env.py")),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", ("killed by signal 11", "migrations/env.py")),
    ("import no_such_package", ("package no_such_package is missing", "migrations/env.py:1", "--python")),
    ("def (", ("invalid syntax", "migrations/env.py", ":1")),
    ("print('x' * 1000000)\n", ("does not run the migrations", "migrations/env.py")),
    ("input('what? ')", ("EOF", "migrations/env.py:1")),
], ids=["throws", "exits", "dies", "crashes", "package", "syntax", "empty", "asks"])
def test_bad_env(whimbrel, env, words):
    write_history(whimbrel.folder, GOOD, env=env)
    refused(whimbrel, *words)


def test_env_that_prints_much_does_no_harm(whimbrel):
    write_history(whimbrel.folder, GOOD)
    env = whimbrel.folder / "migrations" / "env.py"
    env.write_text("import os\nprint('x' * 300000, flush=True)\nos.write(2, b'\\xff' * 300000)\n" + env.read_text())
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out").ok()


def test_env_that_hangs(whimbrel):
    write_history(whimbrel.folder, GOOD, env="print('waiting for the VPN', flush=True)\nimport time\ntime.sleep(100)\n")
    refused(whimbrel, "migrations/env.py", "takes longer than 6 s", "waiting for the VPN", "--timeout",
            arguments=("--timeout", "6s"))


def test_bad_timeout(whimbrel):
    write_history(whimbrel.folder, GOOD)
    refused(whimbrel, "--timeout soon is not a duration", arguments=("--timeout", "soon"), code=2)


@pytest.mark.parametrize("files, words", [
    ({"b.py": "revision = 'b1'\ndown_revision = 'a1'\ndef upgrade(:\n"}, ("b.py", "syntax")),
    ({"b.py": "\x7fELF\x01\x02"}, ("b.py",)),
    ({"b.py": "x = 1\n"}, ("b.py", "revision")),
    ({"b.py": "import no_such_package\n"}, ("b.py:1", "package no_such_package is missing")),
    ({"b.py": revision("a1")}, ("two files have the revision id a1", "a.py", "b.py")),
    ({"b.py": revision("b1", "zz9")}, ("revision b1 builds on zz9, which no file has", "b.py")),
    ({"b.py": revision("b1", "c1"), "c.py": revision("c1", "b1")}, ("cycle", "b.py")),
    ({"b.py": revision("b" * 33, "a1")}, ("has 33 characters, 32 are allowed", "b.py")),
    ({"b.py": revision("b1", "a1", up="op.execute('CREATE TABEL x')")}, ("b.py:10", "revision b1", "TABEL")),
    ({"b.py": revision("b1", "a1", up="1 / 0")}, ("b.py:10", "division by zero")),
], ids=["syntax", "binary", "no-id", "package", "twice", "parent", "cycle", "long", "sql", "throws"])
def test_bad_revisions(whimbrel, files, words):
    write_history(whimbrel.folder, GOOD | files)
    refused(whimbrel, *words)


def test_bad_interpreters(whimbrel, tmp_path):
    write_history(whimbrel.folder, GOOD)
    refused(whimbrel, "can't start the interpreter nowhere/python", "--python .venv/bin/python", python="nowhere/python")
    refused(whimbrel, "ended by itself (status 1)", python="/bin/false")
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    refused(whimbrel, "has no Alembic", "--python .venv/bin/python", python=str(bare / "bin" / "python"))


def test_no_alembic_ini(whimbrel):
    refused(whimbrel, "there is no alembic.ini", "--ini", env={"DATABASE_URL": "sqlite:///app.db"})
    refused(whimbrel, "there is no nowhere.ini", env={"DATABASE_URL": "sqlite:///app.db"}, arguments=("--ini", "nowhere.ini"))


def test_folder_must_be_free(whimbrel):
    write_history(whimbrel.folder, GOOD)
    result = whimbrel("import", "alembic", "--python", sys.executable)  # migrations is Alembic's
    result.failed(1, "migrations is there already and not empty", "--dir")


def test_wrong_use(whimbrel):
    whimbrel("import").failed(2, "something is missing")
    whimbrel("import", "liquibase", "x").failed(2, "no importer for liquibase", "flyway")
    whimbrel("import", "alembic", "backend").failed(2, "--ini backend/alembic.ini")
    whimbrel("import", "goose").failed(2, "where are its files?", "whimbrel import goose FOLDER")


def test_ini_elsewhere_and_package_named_alembic(whimbrel):
    """The folder is called alembic, as many are, and has an __init__.py."""
    folder = whimbrel.folder / "backend"
    write_history(folder, GOOD)
    (folder / "migrations").rename(folder / "alembic")
    (folder / "alembic" / "__init__.py").write_text("")
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///app.db\n")
    whimbrel("import", "alembic", "--python", sys.executable, "--ini", "backend/alembic.ini").ok()
    assert "url = sqlite:///app.db" in (whimbrel.folder / "whimbrel.ini").read_text()
    shutil.rmtree(whimbrel.folder / "migrations")
    (whimbrel.folder / "whimbrel.ini").unlink()
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "../out", cwd=folder).ok()


def test_arguments_and_variables_reach_env(whimbrel):
    env = (whimbrel.folder / "migrations" / "env.py")
    write_history(whimbrel.folder, GOOD)
    env.write_text("import os\nfrom alembic import context\n"
                   "assert context.get_x_argument(as_dictionary=True) == {'tenant': 'one'}, context.get_x_argument()\n"
                   "assert os.environ['MY_URL'].endswith('scratch.db')\n" + env.read_text())
    whimbrel("import", "alembic", "--python", sys.executable, "--dir", "out", "-x", "tenant=one", "--url-variable",
             "MY_URL").ok()


def test_env_file_reaches_env(whimbrel):
    """Models and env.py read variables that a deployment keeps in a file."""
    write_history(whimbrel.folder, GOOD)
    env = whimbrel.folder / "migrations" / "env.py"
    env.write_text("import os\nassert os.environ['APP_SETTING'] == 'from the file'\n" + env.read_text())
    (whimbrel.folder / "deploy").mkdir()
    (whimbrel.folder / "deploy" / "app.env").write_text("APP_SETTING='from the file'\n")
    arguments = ("import", "alembic", "--python", sys.executable, "--dir", "out")
    whimbrel(*arguments).failed(1, "env.py", "APP_SETTING")
    assert not (whimbrel.folder / "out").exists()
    whimbrel(*arguments, "--env-file", "deploy/app.env").ok()


# ---- Together ----


@pytest.mark.timeout(300)
def test_there_and_back(request, whimbrel, tmp_path):
    """Begun by Alembic, gone on with by whimbrel, taken back by Alembic, and again."""
    pair = Pair(request, whimbrel, tmp_path, "shop", "postgresql")
    pair.run_import().ok()
    there = pair.alembic_on(pair.ours)
    for mine, theirs in [
            (there, ("upgrade", "a2")), (pair.run, ("upgrade", "b2")), (there, ("upgrade", "+1")),
            (pair.run, ("upgrade", "d1")), (there, ("downgrade", "c2")), (pair.run, ("upgrade", "heads")),
            (pair.run, ("downgrade", "audit@base", "--yes")), (there, ("upgrade", "heads"))]:
        mine(*theirs)
        pair.alembic(*[word for word in theirs if word != "--yes"])
        pair.same(theirs)


def test_installed_elsewhere(whimbrel, tmp_path):
    """PREFIX/bin/whimbrel finds PREFIX/share/whimbrel/python, or what WHIMBREL_PYTHON names."""
    prefix = tmp_path / "prefix"
    (prefix / "bin").mkdir(parents=True)
    shutil.copy(PROGRAM, prefix / "bin" / "whimbrel")
    shutil.copytree(ROOT / "python", prefix / "share" / "whimbrel" / "python")
    write_history(whimbrel.folder, GOOD)

    def run(**environment):
        return subprocess.run([prefix / "bin" / "whimbrel", "import", "alembic", "--python", sys.executable, "--dir", "out"],
                              cwd=whimbrel.folder, env=whimbrel.environment | environment, capture_output=True, text=True)

    wrong = run(WHIMBREL_PYTHON="/nowhere")
    assert wrong.returncode == 1 and "WHIMBREL_PYTHON is /nowhere" in wrong.stderr
    assert run().returncode == 0
    assert (whimbrel.folder / "out").exists()
