"""
What the documents tell people to type is typed. A line `$ COMMAND` of a console block must do its job, and what stands
below it must be in what it prints; an SQL block is written into the revision that was created last. Where a document
begins with a project that is there, `PROJECTS` makes it. The examples of the manual pages are run as well.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.alembic import revision, write_history
from support.cluster import find_program, free_port
from support.program import PROGRAM, ROOT
from support.project import Project

pytestmark = pytest.mark.engine("postgresql")

DOCUMENTS = [path for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *ROOT.glob("examples/*/README.md")]
             if "```console" in path.read_text()]

USERS = ("CREATE TYPE mood AS ENUM ('sad');\n"
         "CREATE TABLE users (id integer PRIMARY KEY, name text CONSTRAINT users_name_key UNIQUE);\n")
RENAMED = USERS.replace("name", "full_name").replace("sad", "unhappy")
MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""
SETTINGS = "INSTALLED_APPS = ['django.contrib.contenttypes']\nSECRET_KEY = 'x'\n"
DJANGO = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"


class World:
    """A folder in which commands are typed, by a shell that finds whimbrel, Python and PostgreSQL's programs."""

    def __init__(self, folder, database, home):
        self.folder, self.database, self.created = folder, database, None
        self.folder.mkdir(parents=True, exist_ok=True)
        programs = home / "bin"
        programs.mkdir(exist_ok=True)
        if not (programs / "whimbrel").exists():
            (programs / "whimbrel").symlink_to(PROGRAM)
        script(programs / "uvicorn", "#!/bin/sh\necho serving $1\n")
        places = [programs, Path(sys.executable).parent, Path(find_program("pg_dump")).parent, os.environ["PATH"]]
        self.environment = {"PATH": ":".join(map(str, places)), "HOME": str(home), "LANG": "C.UTF-8",
                            "PYTHONPATH": str(ROOT / "python"), "PYTHONDONTWRITEBYTECODE": "1"}

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def project(self, **config):
        project = Project(self.folder, self.database.url)
        project.config(**config)
        return project

    def type(self, command):
        """What it prints; it must end well."""
        command = command.replace("/tmp/", f"{self.folder}/").replace(":8000/", f":{free_port()}/")
        command = re.sub(r"postgresql://\S*@localhost/(shop|app)", self.database.url, command)
        command = re.sub(r"postgresql://\S*@localhost/postgres", self.database.cluster.url("postgres"), command)
        exported = re.fullmatch(r"export (\w+)=(.*)", command)
        if exported:
            self.environment[exported[1]] = exported[2]
            return ""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        if " create " in command or " merge" in command:
            self.created = self.folder / done.stdout.split()[-1]
        return done.stdout + done.stderr

    def fill_in(self, sections):
        """Writes them below the header of the revision that was created last."""
        header = self.created.read_text().split("-- migrate:up")[0]
        self.created.write_text(header + sections)


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)


# ---- What is there before ----


def other_tools(world):
    for tool, folder in (("goose", "db/migrations"), ("dbmate", "dbmate/db/migrations"),
                         ("golang-migrate", "golang-migrate/migrations"),
                         ("flyway", "flyway/src/main/resources/db/migration")):
        for number, name in enumerate(("one", "two", "three"), start=1):
            up, down = f"CREATE TABLE {name} (id integer);\n", f"DROP TABLE {name};\n"
            files = {
                "goose": {f"0000{number}_{name}.sql": f"-- +goose Up\n{up}-- +goose Down\n{down}"},
                "dbmate": {f"2024010{number}_{name}.sql": f"-- migrate:up\n{up}-- migrate:down\n{down}"},
                "golang-migrate": {f"{number}_{name}.up.sql": up, f"{number}_{name}.down.sql": down},
                "flyway": {f"V{number}__{name}.sql": up},
            }
            for file, text in files[tool].items():
                world.write(f"{folder}/{file}", text)


def from_goose(world):
    other_tools(world)
    world.environment["DATABASE_URL"] = world.database.url
    world.database.execute("CREATE TABLE goose_db_version (id serial, version_id bigint NOT NULL, is_applied boolean NOT NULL);"
                           "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true);"
                           "CREATE TABLE one (id integer)")


def in_folder_of(tool):
    def prepare(world):
        other_tools(world)
        world.folder /= tool
        world.environment["DATABASE_URL"] = world.database.url
    return prepare


def from_alembic(world):
    write_history(world.folder, {"a.py": revision("ae1027a6acf", up="op.execute('CREATE TABLE one (id integer)')",
                                                  down="op.execute('DROP TABLE one')"),
                                 "b.py": revision("b2f8d51c07e3", "ae1027a6acf")},
                  url="sqlite:///app.db")


def old_alembic(world):
    """On PostgreSQL, with a database that has the schema of the first revision."""
    world.database.execute("CREATE TABLE one (id integer)")
    write_history(world.folder, {"a.py": revision("ae1027a6acf", up="raise SystemError('too old')"),
                                 "b.py": revision("b2f8d51c07e3", "ae1027a6acf", up="op.execute('CREATE TABLE two (id integer)')",
                                                  down="op.execute('DROP TABLE two')")},
                  url=world.database.url.replace("postgresql:", "postgresql+psycopg:"))
    world.environment["DATABASE_URL"] = world.database.url


def compared(world):
    project = world.project()
    project.revision("ae1027a6acf0", USERS, "DROP TABLE users;")
    project.revision("b2f8d51c07e3", "CREATE INDEX users_by_name ON users (name);", "DROP INDEX users_by_name;")
    world.write("schema.sql", USERS + "CREATE INDEX users_by_name ON users (name);\nCREATE TABLE preferences (id integer);")
    world.type("whimbrel upgrade")


def renamed(world):
    world.project().revision("a1", USERS, "DROP TABLE users;")
    world.write("schema.sql", RENAMED)


def with_models(world):
    """A project whose history lacks what schema.sql and the models have; the second `create` would find nothing."""
    world.write("app/models.py", MODELS)
    world.write("schema.sql", "CREATE TABLE users (id serial PRIMARY KEY, name varchar NOT NULL);")
    world.project()


def with_django(world):
    world.write("settings.py", SETTINGS)
    world.write("manage.py", DJANGO)
    world.environment["WHIMBREL_ENGINE"] = "postgresql"


def simple(world):
    world.project().chain("a1")


def ahead(world):
    """The database has been brought further by files that are gone."""
    project = world.project()
    project.chain("a1")
    newer = project.revision("b2", "CREATE TABLE later (id integer);", "DROP TABLE later;")
    world.type("whimbrel upgrade")
    newer.unlink()


def with_rows(world):
    world.project().revision("a1", "CREATE TABLE users (id serial PRIMARY KEY, first_name text, last_name text, full_name text);"
                                   "INSERT INTO users (first_name, last_name) SELECT 'Ada', n FROM generate_series(1, 2500) n;",
                             "DROP TABLE users;")
    world.type("whimbrel upgrade")
    world.type("whimbrel create 'fill in full_name' --empty")


def with_schema(world):
    """Behind by one revision, and the schema source is what they all make."""
    world.project().chain("a1", "b2")
    world.write("whimbrel.ini", (world.folder / "whimbrel.ini").read_text() + "[schema]\nsource = schema.sql\n")
    world.write("schema.sql", "CREATE TABLE t_a1 (id integer PRIMARY KEY); CREATE TABLE t_b2 (id integer PRIMARY KEY);")
    world.environment["DATABASE_URL"] = world.database.url
    world.type("whimbrel upgrade a1")


def example(world):
    shutil.copytree(ROOT / "examples" / "resumegen", world.folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("*.db", ".env", "__pycache__"))
    world.environment["DATABASE_URL"] = world.database.url
    world.type("whimbrel upgrade")


# By document and heading: each begins in a folder of its own. The other sections go on where the one before has ended.
PROJECTS = {
    ("README.md", "Coming from Alembic"): from_alembic,
    ("docs/alembic.md", "When the first revisions no longer run"): old_alembic,
    ("docs/diff.md", "Comparing schemas"): compared,
    ("docs/diff.md", "Renames"): renamed,
    ("docs/kubernetes.md", "Probes"): simple,
    ("docs/models.md", "Where the schema comes from"): with_models,
    ("docs/models.md", "Django"): with_django,
    ("docs/other-tools.md", "From dbmate, goose, golang-migrate, Flyway and Sqitch"): from_goose,
    ("docs/other-tools.md", "From dbmate"): in_folder_of("dbmate"),
    ("docs/other-tools.md", "From golang-migrate"): in_folder_of("golang-migrate"),
    ("docs/other-tools.md", "From Flyway"): in_folder_of("flyway"),
    ("docs/production.md", "Rolling back a deploy"): ahead,
    ("docs/production.md", "Large tables"): with_rows,
    ("docs/production.md", "A maintenance window"): with_schema,
    ("examples/resumegen/README.md", "The history"): example,
}


def parts(path):
    """(heading, kind, text) of the blocks to be typed or written."""
    heading = None
    for found in re.finditer(r"^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
        heading = found[1] or heading
        if found[2] in ("console", "sql"):
            yield heading, found[2], found[3]


def type_block(world, block):
    printed = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            printed = world.type(line[2:])
        else:
            assert line in printed.splitlines(), f"{line!r} is not in:\n{printed}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.slow
def test_commands_of_a_document_work(path, absent_database, whimbrel, tmp_path):
    document = str(path.relative_to(ROOT))
    world, section = World(tmp_path / "0", absent_database, whimbrel.home), None
    for number, (heading, kind, text) in enumerate(parts(path), start=1):
        prepare = PROJECTS.get((document, heading)) if heading != section else None
        section = heading
        if prepare:
            if not absent_database.exists():
                absent_database.admin(absent_database.cluster.create_database_sql(absent_database.name))
            absent_database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            world = World(tmp_path / str(number), absent_database, whimbrel.home)
            prepare(world)
        if kind == "console":
            type_block(world, text)
        elif world.created and "-- migrate:" in text:
            world.fill_in(text)


def test_projects_have_their_sections():
    headings = {(str(path.relative_to(ROOT)), heading) for path in DOCUMENTS for heading, kind, _ in parts(path)
                if kind == "console"}
    assert set(PROJECTS) <= headings


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))],
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_stand_where_they_are_run(path):
    """But for a synopsis, which has brackets."""
    prose = re.sub(r"^```console\n.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in re.findall(r"^```\w*\n(.*?)^```", prose, re.MULTILINE | re.DOTALL) for line in block.splitlines()]
    lines += re.findall(r"^ {4}(.*)$", re.sub(r"^```.*?^```", "", prose, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    assert [line for line in lines if re.match(r"(\$ |whimbrel |python3? -m whimbrel)", line) and "[" not in line] == []


# ---- The examples of the commands' pages ----


def examples():
    table = json.loads(subprocess.run([PROGRAM, "help", "--json"], capture_output=True, text=True, check=True).stdout)
    return [example["command"] for command in table["commands"] for example in command["examples"]]


def shop(world, command):
    """Four revisions of which three are applied, and what the example needs besides."""
    project = world.project()
    source = "schema.sql" if command.startswith(("whimbrel check", 'whimbrel create "add')) else None
    if source:
        world.write("whimbrel.ini", (world.folder / "whimbrel.ini").read_text() + f"[schema]\nsource = {source}\n")
    project.chain("a1", "b2", "5d1f8a0c2b47")
    project.revision("d4", "CREATE INDEX by_id ON t_b2 (id);", "DROP INDEX by_id;")  # to be taken back unasked
    world.write("schema.sql", "".join(f"CREATE TABLE t_{id} (id integer PRIMARY KEY);" for id in ("a1", "b2", "5d1f8a0c2b47"))
                + "CREATE INDEX by_id ON t_b2 (id);")
    for name in ("seed", "server"):
        script(world.folder / name, "#!/bin/sh\necho here\n")
    behind = re.match(r"whimbrel (history|upgrade|create .* --sql)", command)
    world.type("whimbrel upgrade 5d1f8a0c2b47" if behind else "whimbrel upgrade")
    if " create " in command:
        world.write("schema.sql", "CREATE TABLE more (id integer);")
    if " merge" in command:
        project.revision("e5", revises="b2")
    if " heads" in command:
        project.revision("e5", "CREATE INDEX later ON t_a1 (id);", "DROP INDEX later;")
        world.type("whimbrel upgrade")
        next(project.migrations.glob("*e5.sql")).unlink()
    if " resolve " in command:
        world.database.execute("UPDATE whimbrel_ledger SET state = 'started', next_statement = 0 WHERE revision = '5d1f8a0c2b47'")


def begin_anew(world, command):
    other_tools(world)
    from_alembic(world)
    if "backend/" in command:
        shutil.copytree(world.folder / "migrations", world.folder / "backend" / "migrations")
        shutil.move(world.folder / "alembic.ini", world.folder / "backend" / "alembic.ini")
    shutil.move(world.folder / "migrations", world.folder / "alembic")
    for ini in world.folder.glob("**/alembic.ini"):
        ini.write_text(ini.read_text().replace("script_location = migrations", "script_location = " + (
            "%(here)s/migrations" if "backend/" in command else "alembic")))
    if " stamp " in command:
        from_goose(world)
        world.type("whimbrel import goose db/migrations")


@pytest.mark.parametrize("command", examples())
@pytest.mark.slow
def test_example_of_a_command_works(command, database, whimbrel, tmp_path):
    world = World(tmp_path / "shop", database, whimbrel.home)
    if re.match(r"whimbrel (import|stamp --from)", command):
        begin_anew(world, command)
    elif not command.startswith("whimbrel init"):
        shop(world, command)
    world.type(command)


@pytest.mark.slow
def test_examples_of_the_overview_work(absent_database, whimbrel, tmp_path):
    page = (ROOT / "docs" / "man" / "whimbrel.1.scd").read_text().split("# EXAMPLES")[1]
    world = World(tmp_path / "shop", absent_database, whimbrel.home)
    for block in re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for command in block.splitlines():
            world.type(command)
