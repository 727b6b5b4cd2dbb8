"""
`python -m whimbrel.sqlalchemy`: the DDL that it prints makes what `create_all` makes, without a database or a driver, and
whatever is wrong with the models is one message.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from support.database import PostgreSQL, SQLite
from support.fingerprint import fingerprint
from support.models import MODELS, NEW, OLD, create_all, ddl, run_ddl, run_python, sqlite_schema
from support.program import ROOT

pytestmark = pytest.mark.slow

PYTHONS = {"modern": NEW, "classic": OLD}


@pytest.fixture
def other_database(request, database, tmp_path):
    """A second one of the same engine."""
    if database.engine == "sqlite":
        return SQLite(tmp_path / "other.db")
    other = PostgreSQL(request.getfixturevalue("cluster"))
    request.addfinalizer(other.remove)
    return other


def contents(database):
    return sqlite_schema(database) if database.engine == "sqlite" else fingerprint(database.cluster, database.name)


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def models_of(tmp_path, text):
    return write(tmp_path / "models", {"models.py": text})


# ---- The same as create_all ----


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("style, spec, schemas, modules", [
    ("modern", "shop.base:Base", ["stock"], ["shop.catalogue", "shop.orders"]),
    ("classic", "shop:Base", ["people", '"Rooms"'], [])], ids=["modern", "classic"])
def test_everything_on_postgresql(style, spec, schemas, modules, database, other_database):
    if style == "modern" and database.version < 15:
        pytest.skip("NULLS NOT DISTINCT")
    folder, python = MODELS / style, PYTHONS[style]
    more = [option for name in modules for option in ("--import", name)]
    script = ddl(folder, spec, *more, python=python)
    database.run_script(script)
    other_database.run_script("".join(f"CREATE SCHEMA {name};" for name in schemas))
    create_all(folder, other_database, spec, *modules, python=python)
    assert contents(database) == contents(other_database)
    assert "concurrently" not in script.lower() and "INSERT INTO" not in script
    assert all(f"CREATE SCHEMA IF NOT EXISTS {name};" in script for name in schemas)
    for run in range(2):  # sets have another order in each run
        assert ddl(folder, spec, *more, python=python) == script


@pytest.mark.parametrize("style, spec", [("modern", "notes:Base"), ("classic", "notes:metadata")])
def test_models_for_both_engines(style, spec, database, other_database):
    folder, python = MODELS / style, PYTHONS[style]
    script = ddl(folder, spec, "--dialect", database.engine, python=python)
    database.run_script(script)
    create_all(folder, other_database, spec, python=python)
    assert contents(database) == contents(other_database)
    assert ddl(folder, spec, "--dialect", database.engine, python=python) == script


# ---- What is printed ----


def test_nothing_else_is_printed():
    """What modules print, also past Python, is not DDL; it goes to stderr."""
    done = run_ddl(MODELS / "modern", "shop", "--dialect", "postgresql")
    assert done.returncode == 0, done.stderr
    assert "what_a_module_prints" not in done.stdout and "what_goes_past_python" not in done.stdout
    assert "what_a_module_prints" in done.stderr and "what_goes_past_python" in done.stderr
    assert "rows are no part of a schema and are left out: event" in done.stderr


def test_no_driver_is_needed(tmp_path):
    blocked = "".join(f"sys.modules[{name!r}] = None\n" for name in ("psycopg", "psycopg2", "asyncpg", "sqlite3", "pg8000"))
    write(tmp_path, {"sitecustomize.py": f"import sys\n{blocked}"})
    folder = MODELS / "modern"
    without = {"PYTHONPATH": f"{ROOT / 'python'}:{tmp_path}"}
    for dialect in ("postgresql", "sqlite"):
        arguments = ("notes:Base", "--dialect", dialect)
        assert ddl(folder, *arguments, environment=without) == ddl(folder, *arguments)


def test_statements_end_where_they_should(tmp_path):
    folder = models_of(tmp_path, """
from sqlalchemy import DDL, Column, Integer, MetaData, Table, event, text
m = MetaData()
t = Table("t", m, Column("a\\tb \\n,c", Integer, server_default=text("1 -- one")), Column("d", Integer, server_default=text("E'1\\\\\\\\''")))
event.listen(t, "after_create", DDL("SELECT 1; "))
event.listen(t, "after_create", DDL("SELECT 2 -- two"))
event.listen(t, "after_create", DDL("  "))
event.listen(m, "after_create", DDL("INSERT INTO t DEFAULT VALUES"))
""")
    assert ddl(folder, "models:m", "--dialect", "postgresql") == (
        'CREATE TABLE t (\n    "a\tb \n,c" INTEGER DEFAULT 1 -- one, \n    d INTEGER DEFAULT E\'1\\\\\'\'\n);\n\n'
        "SELECT 1;\nSELECT 2 -- two\n;\n")


@pytest.mark.parametrize("environment, dialect", [
    ({}, "SERIAL"), ({"WHIMBREL_ENGINE": "sqlite", "DATABASE_URL": "postgresql://x/y"}, "INTEGER NOT NULL"),
    ({"DATABASE_URL": "postgres://x/y"}, "SERIAL"), ({"DATABASE_URL": "sqlite+aiosqlite:///x.db"}, "INTEGER NOT NULL"),
    ({"WHIMBREL_URL": "postgresql+asyncpg://x/y", "DATABASE_URL": "sqlite://"}, "SERIAL")])
def test_dialect(environment, dialect, tmp_path):
    folder = models_of(tmp_path, "from sqlalchemy import *\nm = MetaData()\nTable('t', m, Column('id', Integer, primary_key=True))\n")
    assert f"id {dialect}" in ddl(folder, "models", environment=environment)


TABLE = "Table('{0}', m, Column('id', Integer, primary_key=True))\n"
CORE = "from sqlalchemy import *\nm = MetaData()\n"


def test_where_models_are_found(tmp_path):
    folder = write(tmp_path, {
        "src/shop/__init__.py": "", "src/shop/base.py": CORE, "src/shop/users.py": "from shop.base import m\nfrom sqlalchemy import *\n" + TABLE.format("users"),
        "src/shop/deep/er/orders.py": "from shop.base import m\nfrom sqlalchemy import *\n" + TABLE.format("orders"),
        "src/shop/script.py": "raise SystemExit('not models')\n",
        "src/shop/migrations/__init__.py": "", "src/shop/migrations/one.py": "from sqlalchemy import Table\nraise SystemExit\nTable()\n",
        "src/shop/tests/test_it.py": "raise SystemExit\nTable()\n",
        "src/other/__init__.py": CORE + TABLE.format("others"), "src/other/more/all.py": "from other import m\nfrom sqlalchemy import *\n" + TABLE.format("more"),
    })
    done = run_ddl(folder, "shop")
    assert done.returncode == 1 and "hint: It is in another folder: --path src" in done.stderr
    src = ("--path", "src")
    both = ddl(folder, "shop.base:m", "--import", "shop.users", "--import", "shop.deep.er.orders", *src)
    assert re.findall(r"CREATE TABLE (\w+)", both) == ["users", "orders"]
    assert sorted(re.findall(r"CREATE TABLE (\w+)", ddl(folder, "shop", *src))) == ["orders", "users"]
    assert sorted(re.findall(r"CREATE TABLE (\w+)", ddl(folder / "src", "shop"))) == ["orders", "users"]
    assert "neither a declarative base" in run_ddl(folder, "shop", "--no-submodules", *src).stderr
    assert re.findall(r"CREATE TABLE (\w+)", ddl(folder, "other:m", "--no-submodules", *src)) == ["others"]
    assert re.findall(r"CREATE TABLE (\w+)", ddl(folder, "other:m", "--no-submodules", "--import", "other.*", *src)) == [
        "others", "more"]
    two = ddl(folder, "shop.users:m", "other:m", "other:m", "--exclude", "mo*", *src)
    assert re.findall(r"CREATE TABLE (\w+)", two) == ["users", "others"]


def test_extensions_and_computed_columns(tmp_path):
    folder = models_of(tmp_path, CORE + "Table('t', m, Column('a', Integer), Column('b', Integer, Computed('a + 1', persisted=False)))\n")
    done = run_ddl(folder, "models")
    assert done.returncode == 1 and "--server-version 18" in done.stderr
    script = ddl(folder, "models", "--server-version", "18", "--extension", "uuid-ossp", "--extension", "citext")
    assert script.startswith('CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\nCREATE EXTENSION IF NOT EXISTS citext;\n\nCREATE TABLE')
    assert "GENERATED ALWAYS AS (a + 1) VIRTUAL" in script


def test_a_parent_is_made_before_what_inherits_from_it(tmp_path, cluster):
    folder = models_of(tmp_path, CORE + "Table('b', m, Column('x', Integer), postgresql_inherits='a', schema='s')\n"
                       "Table('a', m, Column('id', Integer), schema='s')\n")
    script = ddl(folder, "models", "--dialect", "postgresql")
    assert re.findall(r"CREATE TABLE ([\w.]+)", script) == ["s.a", "s.b"]


def test_a_thread_that_goes_on_keeps_nobody(tmp_path):
    folder = models_of(tmp_path, CORE + TABLE.format("t") +
                       "import atexit, threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\natexit.register(print, 'bye')\n")
    assert "bye" not in ddl(folder, "models")


# ---- What is wrong ----


@pytest.mark.parametrize("text, arguments, words", [
    ("", ["modells"], ["there is no module modells in "]),
    ("", ["models.py"], ["hint: Write it as Python would import it: app.models for app/models.py."]),
    ("", ["models"], ["models has neither a declarative base nor a MetaData", "module:Base"]),
    ("", ["models:Base"], ["models has no Base\n"]),
    (CORE, ["models:M"], ["models has no M\n", "There is models:m."]),
    (CORE, ["models:Table"], ["models:Table is no declarative base and no MetaData, but the class Table"]),
    (CORE, ["models:m"], ["models:m has no tables", "--import app.models"]),
    (CORE + TABLE.format("a") + "n = MetaData()\nTable('b', n, Column('c', Integer))\n", ["models"],
     ["models has several: models:m (1 tables), models:n (1 tables)"]),
    ("import os\n\n1 / 0\n", ["models"], ["models.py:3: importing models fails: ZeroDivisionError: division by zero"]),
    ("x = (\n", ["models"], ["models.py:1: importing models fails: SyntaxError"]),
    ("import os\nimport not_there_at_all\n", ["models"], ["models.py:2: ", "the module not_there_at_all is missing", NEW]),
    ("import sys\nsys.exit('no')\n", ["models"], ["models.py:2: importing models ends the process (sys.exit)"]),
    (CORE + "\nTable('t', m, Column('a', Integer),\n  Column('b', types.NullType))\n", ["models"],
     ["models.py:4: table t, column b: Can't generate DDL for NullType()"]),
    ("from sqlalchemy.dialects.postgresql import INET\n" + CORE + "Table('t', m, Column('j', INET))\n",
     ["models", "--dialect", "sqlite"], ["models.py:4: table t, column j: there is no DDL for INET on SQLite", "with_variant"]),
    (CORE + "Table('t', m, Column('u', ForeignKey('users.id')))\n", ["models"],
     ["could not find table 'users'", "Does nobody import the module that defines users?"]),
    (CORE + TABLE.format("t") + "@event.listens_for(m, 'before_create')\ndef f(target, c, **kw):\n    c.execute(text('SELECT 1')).scalar()\n"
     .replace("@event", "from sqlalchemy import event\n@event"), ["models"], ["models.py:7: the models ask the database"]),
    (CORE + TABLE.format("t") + "from sqlalchemy import event\n@event.listens_for(m, 'before_create')\ndef f(target, c, **kw):\n    raise ValueError('mine')\n",
     ["models"], ["models.py:7: making the tables fails: ValueError: mine"]),
    (CORE, ["models", "--dialect", "mysql"], ["invalid choice: 'mysql'"]),
])
def test_what_is_wrong_is_one_message(text, arguments, words, tmp_path):
    done = run_ddl(models_of(tmp_path, text), *arguments)
    assert done.returncode != 0 and done.stdout == "", done
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    if "mysql" not in arguments:
        assert "Traceback" in run_ddl(tmp_path / "models", *arguments, "--traceback").stderr


def test_a_url_of_another_engine(tmp_path):
    done = run_ddl(models_of(tmp_path, CORE + TABLE.format("t")), "models", environment={"DATABASE_URL": "mysql://a:secret@b/c"})
    assert done.returncode == 1 and "DATABASE_URL is neither of PostgreSQL nor of SQLite" in done.stderr
    assert "secret" not in done.stderr


def test_without_sqlalchemy(tmp_path):
    write(tmp_path, {"sitecustomize.py": "import sys\nsys.modules['sqlalchemy'] = None\n"})
    done = run_ddl(MODELS / "modern", "notes", environment={"PYTHONPATH": f"{ROOT / 'python'}:{tmp_path}"})
    assert done.returncode == 1 and f"{sys.executable} has no SQLAlchemy" in done.stderr and "Traceback" not in done.stderr


# ---- As a schema source ----


@pytest.mark.engine("postgresql")
def test_a_revision_from_models(whimbrel, project, database, other_database):
    """From nothing to the models, by the command that whimbrel.ini has, without anything installed."""
    if database.version < 15:
        pytest.skip("NULLS NOT DISTINCT")
    shutil.copytree(MODELS / "modern" / "shop", project.folder / "src" / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    config = project.folder / "whimbrel.ini"
    config.write_text(f"{config.read_text()}\n[schema]\nsource = command:{sys.executable} -m whimbrel.sqlalchemy shop\n")
    (project.folder / ".env").write_text("PYTHONPATH=src\n")
    whimbrel("create", "the models").ok()
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    script = ddl(project.folder / "src", "shop")
    other_database.run_script(script)
    own = re.compile(r"\b(alembic_version|whimbrel_ledger)")
    assert [text for text in contents(database) if not own.search(text)] == contents(other_database)
    models = project.folder / "src" / "shop" / "orders.py"
    models.write_text(models.read_text().replace('Column("select", Integer)', 'Column("select", String)') + "\n1 / 0\n")
    whimbrel("create", "x").failed(1, "src/shop/orders.py:53: importing shop.orders fails: ZeroDivisionError")
    models.write_text(models.read_text().replace("\n1 / 0\n", ""))
    whimbrel("check").failed(3, 'column public.line."select"')


# ---- What init finds ----


def test_init_finds_models_and_create_uses_them(whimbrel, tmp_path):
    shutil.copytree(MODELS / "modern", whimbrel.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("shop", "__pycache__"))
    done = whimbrel("init").ok()
    assert "found SQLAlchemy models, notes.py: the schema source is command:python3 -m whimbrel.sqlalchemy notes:Base" in done.err
    text = (whimbrel.folder / "whimbrel.ini").read_text()
    assert re.search(r"^\[schema\]\n(\n|#.*\n)*source = command:python3 -m whimbrel.sqlalchemy notes:Base$", text, re.MULTILINE)
    assert not list(whimbrel.folder.rglob("*.pyc"))  # nothing was imported
    (whimbrel.folder / "whimbrel.ini").unlink()
    assert whimbrel("init", "--json").ok().json()["schema_source"].endswith(" notes:Base")


def test_init_leaves_the_choice(whimbrel):
    write(whimbrel.folder, {"schema.sql": "CREATE TABLE t (id integer);", "prisma/schema.prisma": ""})
    done = whimbrel("init").ok()
    assert "choose and uncomment it in the section [schema] of whimbrel.ini" in done.err
    text = (whimbrel.folder / "whimbrel.ini").read_text()
    assert "\n# source = schema.sql\n" in text and "\n# source = command:npx prisma migrate diff" in text
    whimbrel("check", "--no-database").failed(1, "no schema source is configured")


def test_init_without_anything_to_find(whimbrel):
    done = whimbrel("init").ok()
    assert "schema source" not in done.err and "\n# source = schema.sql\n" in (whimbrel.folder / "whimbrel.ini").read_text()


# ---- Other libraries ----


@pytest.mark.engine("postgresql")
def test_sqlmodel(tmp_path, database, other_database):
    pytest.importorskip("sqlmodel")
    folder = models_of(tmp_path, """
import datetime, enum, uuid
from sqlmodel import Field, SQLModel
class Kind(str, enum.Enum):
    a = "a"
    b = "b"
class Team(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    name: str = Field(index=True, max_length=40)
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Kind.a
    born: datetime.date | None = None
    team_id: uuid.UUID | None = Field(default=None, foreign_key="team.id")
""")
    for spec in ("models:SQLModel", "models"):
        script = ddl(folder, spec, "--dialect", "postgresql")
    database.run_script(script)
    create_all(folder, other_database, "models:SQLModel")
    assert contents(database) == contents(other_database) and "TYPE" in script


def test_flask_sqlalchemy(tmp_path):
    pytest.importorskip("flask_sqlalchemy")
    folder = write(tmp_path / "models", {"app/__init__.py": """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
def create_app():
    app = Flask(__name__)
    db.init_app(app)
    return app
""", "app/models.py": """
from app import db
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(20), unique=True)
class Log(db.Model):
    __bind_key__ = "logs"
    id = db.Column(db.Integer, primary_key=True)
"""})
    for spec in ("app:db", "app.models:db"):
        assert re.findall(r"CREATE TABLE \"?(\w+)", ddl(folder, spec)) == ["user"]
    assert "app has several: app.models:Log (1 tables), app:db (1 tables)" in run_ddl(folder, "app").stderr
    assert re.findall(r"CREATE TABLE (\w+)", ddl(folder, "app:db.metadatas.logs")) == ["log"]


def run_django(*arguments, environment=None, module=("-m", "whimbrel.django")):
    return run_python(NEW, [*module, *arguments], MODELS / "django", environment)


def test_django(database, other_database):
    pytest.importorskip("django")
    done = run_django("--dialect", database.engine)
    assert done.returncode == 0, done.stderr
    assert "what settings print" not in done.stdout
    database.run_script(done.stdout)
    settings = {"ENGINE": "sqlite3", "NAME": getattr(other_database, "path", None)}
    if database.engine == "postgresql":
        settings = {"ENGINE": "postgresql", "NAME": other_database.name, "HOST": other_database.cluster.folder,
                    "PORT": other_database.cluster.port}
    for arguments in (["auth"], ["sessions"], ["--run-syncdb"]):
        real = run_django("migrate", *arguments, module=["manage.py"],
                          environment={key: str(value) for key, value in settings.items()})
        assert real.returncode == 0, real.stderr
    other_database.execute("DROP TABLE django_migrations")
    ours, theirs = contents(database), contents(other_database)
    if database.engine == "sqlite":  # where Django's own migrations leave another order of columns
        ours, theirs = ([row for row in rows if not row[2].startswith(("auth_", "django_"))] for rows in (ours, theirs))
    assert ours == theirs


def test_django_that_is_no_good(tmp_path):
    pytest.importorskip("django")
    cases = {
        ("nothing",): "there is no app nothing",
        ("--settings", "away.settings"): "Django can't be set up: ModuleNotFoundError: No module named 'away'",
    }
    for arguments, words in cases.items():
        done = run_django(*arguments)
        assert done.returncode == 1 and done.stdout == "" and words in done.stderr and "Traceback" not in done.stderr
    done = run_python(NEW, ["-m", "whimbrel.django"], tmp_path)
    assert done.returncode == 1 and "there are no settings: no manage.py here" in done.stderr


# ---- Random models ----


@pytest.mark.parametrize("style", ["modern", "classic"])
def test_random_models(style, database, other_database):
    """SEEDS=1000 tries so many; SEED=7 begins there."""
    python, first = PYTHONS[style], int(os.environ.get("SEED", 1))
    for seed in range(first, first + int(os.environ.get("SEEDS", 4))):
        variables = {"SEED": str(seed), "DIALECT": database.engine}
        script = ddl(MODELS, "random_models", "--dialect", database.engine, python=python, environment=variables)
        for one in (database, other_database):
            empty(one)
        try:
            database.run_script(script)
        except Exception as error:
            raise AssertionError(f"SEED={seed}: {error}\n{script}") from error
        if database.engine == "postgresql":
            other_database.run_script('CREATE SCHEMA IF NOT EXISTS other; CREATE SCHEMA IF NOT EXISTS "Odd ""one"" 5%"')
            database.run_script('CREATE SCHEMA IF NOT EXISTS other; CREATE SCHEMA IF NOT EXISTS "Odd ""one"" 5%"')
        create_all(MODELS, other_database, "random_models:metadata", python=python, environment=variables)
        assert contents(database) == contents(other_database), f"SEED={seed}"


def empty(database):
    if database.engine == "sqlite":
        database.path.unlink(missing_ok=True)
    else:
        database.run_script("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; "
                            'DROP SCHEMA IF EXISTS other, "Odd ""one"" 5%" CASCADE')
