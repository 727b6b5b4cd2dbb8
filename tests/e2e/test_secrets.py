"""A password shows up nowhere: not in what is printed, logged, kept in the database or seen in /proc."""

from pathlib import Path

import pytest

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
    for form in (SECRET, "s3cr3t", "s3cr3t%2Fp%40ss%20w%25rd", "p@ss"):
        assert form not in text, f"the password is in: {text}"


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
