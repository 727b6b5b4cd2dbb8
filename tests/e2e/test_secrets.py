"""A password shows up nowhere: not in what is printed, logged, kept in the database or seen in /proc."""

from pathlib import Path
from urllib.parse import quote

import pytest

from support.cluster import free_port
from support.program import wait_until

pytestmark = pytest.mark.engine("postgresql")

SECRET = "s3cr3t/p@ss w%rd"


@pytest.fixture
def url(database, cluster):
    """A URL with a password of its own, through TCP."""
    role = f"role_{database.name}"
    database.execute(f"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{SECRET}'")
    yield cluster.tcp_url(database.name, role, SECRET)
    database.execute(f"REASSIGN OWNED BY {role} TO {cluster.user}; DROP ROLE {role}")


def assert_no_secret(text):
    """Neither whole, in any encoding, nor the part before or behind what may be taken for a separator."""
    for form in (SECRET, "s3cr3t", quote(SECRET, ""), "p@ss", "p%40ss", "w%rd", "w%25rd"):
        assert form not in text, f"{form} of the password is in: {text}"


COMMANDS = [["upgrade"], ["status"], ["status", "--json"], ["current", "-v"], ["history", "-v"], ["upgrade", "--dry-run"],
            ["upgrade", "base:head", "--sql"], ["upgrade", "-v", "--log-level", "debug", "--log-format", "json"],
            ["downgrade", "base", "--yes", "-v"], ["stamp", "head", "-v"], ["wait", "-v"], ["run", "-v", "--", "true"]]


def test_output(project, database, whimbrel, url):
    project.config(url=None)
    project.chain("a1")
    for command in COMMANDS:
        result = whimbrel(*command, env={"DATABASE_URL": url}).ok()
        assert_no_secret(result.out + result.err)
    cells = [str(cell) for row in database.query("SELECT * FROM whimbrel_ledger") for cell in row]
    assert_no_secret(" ".join(cells))


@pytest.mark.parametrize("change", [
    lambda url: url.replace("127.0.0.1", "127.0.0.1:99999"), lambda url: url.replace("role_", "nosuch_"),
    lambda url: url + "?nosuch=1", lambda url: url.replace("%40", "%4"), lambda url: url.replace("postgresql://", "mysql://"),
    lambda url: url.replace("127.0.0.1", "no-such-host.invalid"), lambda url: url.replace("%40", "@").replace("%20", " "), lambda url: url + "x"])
def test_errors(project, database, whimbrel, url, change):
    project.chain("a1")
    for arguments, env in ((["--url", change(url)], {}), ([], {"DATABASE_URL": change(url)})):
        result = whimbrel("upgrade", *arguments, env=env | {"WHIMBREL_WAIT": "300ms"})
        assert result.code != 0
        assert_no_secret(result.out + result.err)


def test_wrong_url_in_each_source(files, whimbrel):
    wrong = "postgresql://u:s3cr3t@h:port/x"
    files.config(url=wrong)
    assert_no_secret(whimbrel("upgrade").failed(1).err)
    files.config(url=f"command:echo {wrong}")
    assert_no_secret(whimbrel("upgrade").failed(1).err)
    files.config()
    (files.folder / ".env").write_text(f"DATABASE_URL={wrong}\n")
    assert_no_secret(whimbrel("upgrade").failed(1).err)


@pytest.mark.slow
def test_process_list(project, database, whimbrel, url):
    """What `ps` shows, and what the server shows of the session."""
    project.config(url=None)
    project.revision("a1", "SELECT pg_sleep(2);")
    running = whimbrel.start("upgrade", "--url", url)
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    assert_no_secret(Path(f"/proc/{running.pid}/cmdline").read_text())
    rows = database.query("SELECT * FROM pg_stat_activity")
    assert_no_secret(" ".join(str(cell) for row in rows for cell in row))
    running.finish().ok()


def test_failed_statement_shows_no_url(project, database, whimbrel, url):
    project.config(url=None)
    project.revision("a1", "SELECT 1/0;")
    result = whimbrel("upgrade", env={"DATABASE_URL": url}).failed(1, "division by zero")
    assert_no_secret(result.err)


# ---- Each way to give it ----

class Place:
    """Where the database is: `url`, and its parts, of which any may be wrong."""

    def __init__(self, database, cluster):
        self.user, self.password, self.port, self.name = f"role_{database.name}", SECRET, cluster.port, database.name

    @property
    def url(self):
        return self.without.replace("@", f":{quote(self.password, '')}@", 1)

    @property
    def without(self):
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{self.name}"

    @property
    def parts(self):
        return {"POSTGRES_USER": self.user, "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": self.port, "POSTGRES_DB": self.name}


def secret_file(project, text):
    path = project.folder / "secret"
    path.write_text(text)
    path.chmod(0o600)  # libpq insists on it
    return path


def by_command(project, place):
    path = secret_file(project, place.url + "\n")
    project.config(url=f"command:cat {path}")
    return [], {}


def by_noisy_command(project, place):
    """It says more than it should, and on the wrong channel."""
    path = secret_file(project, place.url + "\n")
    project.config(url=f"command:cat {path}; cat {path} >&2")
    return [], {}


def by_dotenv(project, place):
    (project.folder / ".env").write_text(f"DATABASE_URL='{place.url}'\n")
    return [], {}


def by_dotenv_parts(project, place):
    lines = [f"{key}={value}" for key, value in place.parts.items()]
    (project.folder / ".env").write_text("\n".join([*lines, f"POSTGRES_PASSWORD='{place.password}'", ""]))
    return [], {}


def by_ini(project, place):
    project.config(url=place.url)
    return [], {}


def by_alembic_ini(project, place):
    (project.folder / "whimbrel.ini").unlink(missing_ok=True)
    (project.folder / "alembic.ini").write_text("[alembic]\nscript_location = .\nversion_locations = migrations\n"
                                                f"sqlalchemy.url = {place.url.replace('%', '%%')}\n")
    return [], {}


def by_passfile(project, place):
    escaped = place.password.replace("\\", "\\\\").replace(":", "\\:")
    return [], {"DATABASE_URL": place.without, "PGPASSFILE": secret_file(project, f"*:*:*:*:{escaped}\n")}


def by_passfile_parameter(project, place):
    path = secret_file(project, f"*:*:*:*:{place.password}\n")
    return [], {"DATABASE_URL": f"{place.without}?passfile={path}"}


WAYS = {
    "flag": lambda project, place: (["--url", place.url], {}),
    "flag with =": lambda project, place: ([f"--url={place.url}"], {}),
    "parameter": lambda project, place: (["--url", f"{place.without}?password={quote(place.password, '')}"], {}),
    "DATABASE_URL": lambda project, place: ([], {"DATABASE_URL": place.url}),
    "WHIMBREL_URL": lambda project, place: ([], {"WHIMBREL_URL": place.url}),
    "DATABASE_URL_FILE": lambda project, place: ([], {"DATABASE_URL_FILE": secret_file(project, place.url + "\n")}),
    "POSTGRES_PASSWORD": lambda project, place: ([], place.parts | {"POSTGRES_PASSWORD": place.password}),
    "POSTGRES_PASSWORD_FILE": lambda project, place: (
        [], place.parts | {"POSTGRES_PASSWORD_FILE": secret_file(project, place.password + "\n")}),
    "PGPASSWORD": lambda project, place: ([], {"DATABASE_URL": place.without, "PGPASSWORD": place.password}),
    "PGPASSFILE": by_passfile, "passfile": by_passfile_parameter, "command": by_command, "noisy command": by_noisy_command,
    ".env": by_dotenv, ".env parts": by_dotenv_parts, "whimbrel.ini": by_ini, "alembic.ini": by_alembic_ini,
}

# The application inherits the environment as it was; what came by another way it must not find there.
IN_ENVIRONMENT = {"DATABASE_URL", "WHIMBREL_URL", "POSTGRES_PASSWORD", "PGPASSWORD"}

DEBUG = ["-v", "--log-level", "debug"]


def seen_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text(errors="replace"), Path(f"/proc/{pid}/environ").read_text(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_each_way(project, database, cluster, whimbrel, url, way):
    project.config(url=None)
    project.revision("a1", "DO $$ BEGIN RAISE NOTICE 'hello'; END $$; CREATE TABLE t (a integer);", "DROP TABLE t;")
    project.revision("b2", "SELECT 1/0;")
    place = Place(database, cluster)
    arguments, env = WAYS[way](project, place)
    results = [whimbrel(*command, *arguments, env=env) for command in (
        ["upgrade", "a1", *DEBUG], ["upgrade", *DEBUG, "--log-format", "json"], ["status", "--json"], ["status", "-v"],
        ["history", "-v"], ["upgrade", "--dry-run", "--json"], ["downgrade", "base", "--yes", *DEBUG], ["stamp", "a1", *DEBUG],
        ["wait", "-v"])]
    assert [result.code for result in results] == [0, 1, 0, 0, 0, 0, 0, 0, 0], results[0]
    for result in results:
        assert_no_secret(result.out + result.err)
    assert_no_secret(str(database.query("SELECT * FROM whimbrel_ledger")))
    assert_no_secret(str(database.query("SELECT * FROM pg_stat_activity")))

    application = whimbrel.start("run", "--target", "a1", *DEBUG, *arguments, "--", "sleep", "60", env=env)
    assert wait_until(lambda: seen_of(application.pid)[0].startswith("sleep\0"))
    command, environment = seen_of(application.pid)
    assert_no_secret(command)
    if way not in IN_ENVIRONMENT:
        assert_no_secret(environment)
    application.process.kill()
    assert_no_secret(application.text())


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", ["password", "port", "database", "user"])
def test_each_way_that_fails(project, database, cluster, whimbrel, url, way, wrong):
    project.config(url=None)
    project.chain("a1")
    place = Place(database, cluster)
    if wrong == "password":
        database.execute(f"ALTER ROLE {place.user} PASSWORD 'another'")
    elif wrong == "port":
        place.port = free_port()
    elif wrong == "database":
        place.name = "no_such_database"
    else:
        place.user = "no_such_user"
    arguments, env = WAYS[way](project, place)
    for log in ("text", "json"):
        result = whimbrel("upgrade", *DEBUG, "--log-format", log, "--wait", "300ms", *arguments, env=env)
        assert result.code in (1, 4), result
        assert_no_secret(result.out + result.err)


@pytest.mark.parametrize("way", ["flag", "flag with =", "parameter"])
def test_process_list_from_the_beginning(project, database, cluster, whimbrel, url, way):
    """As early as anybody can look, but for the instant before the program's first line."""
    project.config(url=None)
    place = Place(database, cluster)
    place.port = free_port()
    arguments, env = WAYS[way](project, place)
    running = whimbrel.start("upgrade", *arguments, "--wait", "3s", env=env)
    assert wait_until(lambda: "s3cr3t" not in seen_of(running.pid)[0] and "whimbrel" in seen_of(running.pid)[0], 1)
    assert_no_secret(seen_of(running.pid)[0])
    running.wait_for("waiting")
    assert_no_secret("".join(seen_of(running.pid)))
    running.process.kill()
