"""Where settings come from, strongest first, seen through the program."""

import pytest

from support.cluster import free_port
from support.database import SQLite


@pytest.fixture
def place(files):
    """place("x") is the URL of a SQLite file in the project's folder; place.used() are the names of those there."""
    class Place:
        def __call__(self, name):
            return f"sqlite:///{files.folder}/{name}.db"

        def used(self):
            return sorted(path.stem for path in files.folder.glob("*.db"))
    return Place()


def dotenv(files, text):
    (files.folder / ".env").write_text(text)


def test_precedence(files, whimbrel, place):
    files.chain("a1")
    environment = {"DATABASE_URL": place("environment")}
    files.config(url=place("ini"))
    dotenv(files, f"DATABASE_URL={place('dotenv')}\n")

    def used(*arguments, env=None):
        whimbrel(*arguments, env=env).ok()
        names = place.used()
        for name in names:
            (files.folder / f"{name}.db").unlink()
        return names

    assert used("upgrade", "--url", place("flag"), env=environment) == ["flag"]
    assert used("--url", place("flag"), "upgrade", env=environment) == ["flag"]
    assert used("upgrade", f"--url={place('flag')}", env=environment) == ["flag"]
    assert used("upgrade", env=environment) == ["environment"]
    assert used("upgrade") == ["dotenv"]
    (files.folder / ".env").unlink()
    assert used("upgrade") == ["ini"]


def test_no_url_at_all(files, whimbrel):
    files.chain("a1")
    whimbrel("upgrade").failed(1, "DATABASE_URL", "--url")


def test_whimbrel_url_variable(files, whimbrel, place):
    files.chain("a1")
    whimbrel("upgrade", env={"WHIMBREL_URL": place("variable")}).ok()
    assert place.used() == ["variable"]


def test_url_from_a_file(files, whimbrel, place):
    files.chain("a1")
    (files.folder / "secret").write_text(place("mounted") + "\n")
    whimbrel("upgrade", env={"DATABASE_URL_FILE": files.folder / "secret"}).ok()
    assert place.used() == ["mounted"]
    whimbrel("upgrade", env={"DATABASE_URL_FILE": files.folder / "nosuch"}).failed(1, "nosuch")


def test_folder_by_flag_and_variable(files, whimbrel, place):
    other = files.folder / "other"
    files.migrations.rename(other)
    whimbrel("history").failed(1, "migrations")
    (other / "x.sql").write_text("-- revision: x1\n\n-- migrate:up\nSELECT 1;\n")
    assert "x1" in whimbrel("history", "--dir", "other").ok().out
    assert "x1" in whimbrel("history", env={"WHIMBREL_DIR": "other"}).ok().out


def test_several_folders(files, whimbrel):
    files.revision("a1")
    more = files.folder / "more"
    more.mkdir()
    (more / "b.sql").write_text("-- revision: b2\n-- revises: a1\n\n-- migrate:up\nSELECT 1;\n")
    assert "b2" in whimbrel("heads", "--dir", "migrations:more").ok().out


def test_config_by_flag(files, whimbrel, place):
    files.chain("a1")
    (files.folder / "other.ini").write_text(f"[whimbrel]\nurl = {place('other')}\ndir = migrations\n")
    whimbrel("upgrade", "--config", "other.ini").ok()
    assert place.used() == ["other"]
    whimbrel("upgrade", "--config", "nosuch.ini").failed(1, "nosuch.ini")


def test_folder_is_relative_to_the_ini_file(files, whimbrel, place, tmp_path):
    files.chain("a1")
    result = whimbrel("heads", "--config", files.folder / "whimbrel.ini", cwd=tmp_path).ok()
    assert "a1" in result.out


def test_env_file_by_flag(files, whimbrel, place):
    files.chain("a1")
    (files.folder / "production.env").write_text(f"DATABASE_URL={place('production')}\n")
    whimbrel("upgrade", "--env-file", "production.env").ok()
    assert place.used() == ["production"]
    whimbrel("upgrade", "--env-file", "nosuch.env").failed(1, "nosuch.env")


@pytest.mark.parametrize("text", [
    "DATABASE_URL={}", 'DATABASE_URL="{}"', "DATABASE_URL='{}'", "export DATABASE_URL={}", "DATABASE_URL = {}",
    "DATABASE_URL={} # the development one", "# one\n\nDATABASE_URL={}\n", "BASE={}\nDATABASE_URL=${{BASE}}",
    "DATABASE_URL=${{NOSUCH:-{}}}", "DATABASE_URL=sqlite:///wrong.db\nDATABASE_URL={}"])
def test_env_file_syntax(files, whimbrel, place, text):
    files.chain("a1")
    dotenv(files, text.format(place("right")))
    whimbrel("upgrade").ok()
    assert place.used() == ["right"]


def test_env_file_values_are_not_interpolated_in_single_quotes(files, whimbrel):
    files.chain("a1")
    dotenv(files, f"X=no\nDATABASE_URL='sqlite:///{files.folder}/$X.db'\n")
    whimbrel("upgrade").ok()
    assert (files.folder / "$X.db").exists()


@pytest.mark.parametrize("text, line", [
    ('DATABASE_URL="sqlite:///x.db\n', 1), ("A=1\nDATABASE_URL=${NOSUCH:?must be set}\n", 2), ("A=1\nB=2\n=x\n", 3),
    ("A=${B\n", 1)])
def test_env_file_that_is_wrong(files, whimbrel, place, text, line):
    files.config(url=place("x"))
    files.chain("a1")
    dotenv(files, text)
    whimbrel("upgrade").failed(1, f".env:{line}")
    assert place.used() == []


def test_env_file_with_a_loop(files, whimbrel, place):
    """A variable only sees what stands above it, so a loop is just empty."""
    files.chain("a1")
    dotenv(files, f"A=${{B}}\nB=${{A}}\nDATABASE_URL={place('x')}${{A}}${{B}}\n")
    whimbrel("upgrade").ok()
    assert place.used() == ["x"]


def test_env_file_is_not_passed_on_to_the_application(files, whimbrel, place):
    """The application reads its .env itself; the environment stays as it was."""
    files.chain("a1")
    dotenv(files, f"DATABASE_URL={place('x')}\nOTHER=1\n")
    result = whimbrel("run", "--", "env").ok()
    assert "OTHER=" not in result.out and "DATABASE_URL=" not in result.out


def test_url_by_command(files, whimbrel, place):
    files.chain("a1")
    files.config(url=f"command:echo {place('command')}")
    whimbrel("upgrade").ok()
    assert place.used() == ["command"]


def test_url_by_command_that_fails(files, whimbrel):
    files.chain("a1")
    files.config(url="command:echo could not import app >&2; exit 3")
    whimbrel("upgrade").failed(1, "could not import app", "whimbrel.ini:2")
    files.config(url="command:true")
    whimbrel("upgrade").failed(1, "whimbrel.ini:2")


def test_command_is_not_run_without_need(files, whimbrel):
    files.chain("a1")
    files.config(url="command:touch ran; echo sqlite://")
    whimbrel("heads").ok()
    assert not (files.folder / "ran").exists()


def test_alembic_ini(files, whimbrel, place):
    files.chain("a1")
    (files.folder / "whimbrel.ini").unlink()
    files.migrations.rename(files.folder / "db")
    (files.folder / "alembic.ini").write_text(
        f"[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = {place('alembic')}\n\n[loggers]\nkeys = root\n")
    whimbrel("upgrade", "--dir", "db").ok()
    assert place.used() == ["alembic"]


@pytest.mark.parametrize("ini, line", [
    ("[whimbrel]\nnosuchkey = 1\n", 2), ("[whimbrel]\ndir = migrations\nwait = soon\n", 3), ("[whimbrel\n", 1),
    ("[whimbrel]\njust words\n", 2), ("[whimbrel]\nrecursive = perhaps\n", 2)])
def test_ini_file_that_is_wrong(files, whimbrel, place, ini, line):
    files.chain("a1")
    (files.folder / "whimbrel.ini").write_text(ini)
    whimbrel("upgrade", "--url", place("x")).failed(1, f"whimbrel.ini:{line}")


@pytest.mark.parametrize("value", ["soon", "-1s", "1y", "99999999999999999999"])
def test_durations_that_are_none(files, whimbrel, place, value):
    files.chain("a1")
    whimbrel("upgrade", "--url", place("x"), env={"WHIMBREL_LOCK_TIMEOUT": value}).failed(1, "WHIMBREL_LOCK_TIMEOUT")


@pytest.mark.engine("postgresql")
def test_compose_variables(project, database, cluster, whimbrel):
    project.config(url=None)
    project.chain("a1")
    variables = {"POSTGRES_USER": cluster.user, "POSTGRES_PASSWORD": cluster.password, "POSTGRES_HOST": "127.0.0.1",
                 "POSTGRES_PORT": cluster.port, "POSTGRES_DB": database.name}
    whimbrel("upgrade", env=variables).ok()
    assert database.heads() == ["a1"]
    (project.folder / "secret").write_text(cluster.password + "\n")
    whimbrel("status", env=variables | {"POSTGRES_PASSWORD": None, "POSTGRES_PASSWORD_FILE": project.folder / "secret"}).ok()


SPECIAL = "p@ss:w/o?r#d%41 &+=\"'\\;[]{}<>|^~`!$*(),ü"


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2", "postgresql+asyncpg", "postgresql+psycopg"])
def test_password_with_every_special_character(project, database, cluster, whimbrel, scheme):
    role = "whimbrel e2e@" + scheme[-3:]
    quoted = SPECIAL.replace("'", "''")
    database.execute(f"DROP ROLE IF EXISTS \"{role}\"; CREATE ROLE \"{role}\" SUPERUSER LOGIN PASSWORD '{quoted}'")
    try:
        project.chain("a1")
        url = cluster.tcp_url(database.name, role, SPECIAL).replace("postgresql:", scheme + ":")
        result = whimbrel("upgrade", env={"DATABASE_URL": url}).ok()
        assert SPECIAL not in result.err
        assert database.heads() == ["a1"]
    finally:
        database.execute(f'REASSIGN OWNED BY "{role}" TO {cluster.user}; DROP ROLE "{role}"')


@pytest.mark.engine("postgresql")
def test_several_hosts(project, database, cluster, whimbrel):
    project.chain("a1")
    url = (f"postgresql://{cluster.user}:{cluster.password}@127.0.0.1:{free_port()},127.0.0.1:{cluster.port}/{database.name}")
    whimbrel("upgrade", "--url", url).ok()
    assert database.heads() == ["a1"]


@pytest.mark.parametrize("url", [
    "", "postgresql", "postgresql:", "postgresql:/x", "mysql://u@h/x", "postgresql://u:s3cret@h:port/x", "sqlite:x.db",
    "postgresql://u:s3cret@h:99999/x", "postgresql://u:s3cret@h/x?nosuch=1", "postgresql://u:s3cret@h/x?sslmode=maybe",
    "postgresql://u:s3cret%zz@h/x", "postgresql://u:s3cret@[::1/x", "postgresql://u:s3cret@h/x y", "http://u:s3cret@h/",
    "postgresql+nosuch://u:s3cret@h/x", "postgresql://u:s3cret%00@h/x"])
def test_url_that_is_wrong(files, whimbrel, url):
    files.chain("a1")
    result = whimbrel("upgrade", "--url", url, env={"WHIMBREL_WAIT": "0"})
    assert result.code in (1, 2, 4), result
    assert "s3cret" not in result.err + result.out


def test_sqlite_paths(files, whimbrel):
    files.chain("a1")
    for url, path in (("sqlite:///relative.db", files.folder / "relative.db"),
                      (f"sqlite:///{files.folder}/absolute.db", files.folder / "absolute.db"),
                      ("sqlite:///with space%20%25.db", files.folder / "with space %.db"),
                      ("sqlite+pysqlite:///driver.db", files.folder / "driver.db")):
        whimbrel("upgrade", "--url", url).ok()
        assert SQLite(path).heads() == ["a1"], url


def test_sqlite_folder_that_is_missing(files, whimbrel):
    files.chain("a1")
    result = whimbrel("upgrade", "--url", "sqlite:///nosuch/x.db", env={"WHIMBREL_WAIT": "1s"})
    assert result.code in (1, 4) and "nosuch/x.db" in result.err, result


@pytest.mark.parametrize("arguments, code", [
    ([], 0), (["nosuch"], 2), (["upgrade", "--nosuch"], 2), (["upgrade", "a", "b"], 2), (["--url"], 2), (["help"], 0),
    (["help", "run"], 0), (["run", "--help"], 0), (["--help"], 0), (["version"], 0), (["--version"], 0),
    (["help", "nosuch"], 2), (["status", "--color", "sometimes"], 2), (["status", "--log-format", "xml"], 2)])
def test_usage(files, whimbrel, arguments, code):
    result = whimbrel(*arguments)
    assert result.code == code, result
    assert (result.out if code == 0 else result.err) != ""


@pytest.mark.parametrize("typo, meant", [("upgarde", "upgrade"), ("statsu", "status")])
def test_typing_error_in_a_command(files, whimbrel, typo, meant):
    whimbrel(typo).failed(2, typo, meant)


def test_color(project, database, whimbrel):
    project.chain("a1")
    assert "\x1b[" not in whimbrel("history").ok().out, "not to a file"
    assert "\x1b[" in whimbrel("history", "--color", "always").ok().out
    assert "\x1b[" not in whimbrel("history", env={"NO_COLOR": "1", "WHIMBREL_COLOR": "auto"}).ok().out


def test_quiet_and_verbose(project, database, whimbrel):
    project.chain("a1")
    assert whimbrel("upgrade", "-q").ok().err == ""
    assert whimbrel("-q", "upgrade").ok().err == ""
    assert len(whimbrel("upgrade", "-v").ok().err) > len(whimbrel("upgrade").ok().err)
