"""`whimbrel status`, `current`, `heads`, `branches`, `show`, `wait`: asking changes nothing."""

import os

import pytest

from support.cluster import free_port


def kinds(status):
    return {problem["kind"] for problem in status["problems"]}


def test_before_and_after(project, database, whimbrel):
    project.chain("a1", "b2")
    status = whimbrel("status", "--json").ok().json()
    assert status["engine"] == database.engine
    assert status["current"] == []
    assert status["heads"] == ["b2"]
    assert status["pending"] == ["a1", "b2"]
    assert status["up_to_date"] is False
    assert database.all_tables() == [], "asking makes no tables"

    whimbrel("upgrade", "a1").ok()
    status = whimbrel("status", "--json").ok().json()
    assert (status["current"], status["pending"], status["up_to_date"]) == (["a1"], ["b2"], False)

    whimbrel("upgrade").ok()
    status = whimbrel("status", "--json").ok().json()
    assert (status["current"], status["pending"], status["up_to_date"]) == (["b2"], [], True)
    assert status["problems"] == []


def test_text(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade", "a1").ok()
    out = whimbrel("status").ok().out
    assert "a1" in out and "b2" in out and "step b2" in out
    whimbrel("upgrade").ok()
    assert "up to date" in whimbrel("status").ok().out.lower()


def test_exit_code(project, database, whimbrel):
    project.chain("a1")
    whimbrel("status").ok()
    whimbrel("status", "--exit-code").failed(3)
    whimbrel("upgrade").ok()
    whimbrel("status", "--exit-code").ok()


def test_pending_is_in_the_order_it_would_run(project, database, whimbrel):
    project.revision("z9")
    project.revision("a1", revises="z9")
    project.revision("m5", revises="z9", depends_on="a1")
    pending = whimbrel("status", "--json").ok().json()["pending"]
    assert pending == ["z9", "a1", "m5"]


def test_problems(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    project.revision("c3", revises="a1")
    status = whimbrel("status", "--json").ok().json()
    assert "multiple_heads" in kinds(status)
    assert status["heads"] == ["b2", "c3"] or status["heads"] == ["c3", "b2"]

    database.execute("UPDATE alembic_version SET version_num = 'gone99'")
    result = whimbrel("status", "--json")
    status = result.json()
    assert "unknown_revision" in kinds(status)
    assert any("gone99" in problem["message"] for problem in status["problems"])
    assert status["up_to_date"] is False


def test_file_edited_after_it_was_taken_back(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE a (x int);", "DROP TABLE a;")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "base", "--yes").ok()
    path.write_text(path.read_text().replace("x int", "x bigint"))
    assert whimbrel("status", "--json").ok().json()["problems"] == []


def test_edited_file(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE t (a integer);")
    whimbrel("upgrade").ok()
    text = path.read_text()
    path.write_text(text.replace("CREATE TABLE t (a integer);", "create   table t\r\n(a integer) -- formatted\n;"))
    assert whimbrel("status", "--json").ok().json()["problems"] == [], "a formatter changes nothing"
    path.write_text(text.replace("a integer", "a bigint"))
    problems = whimbrel("status", "--json").ok().json()["problems"]
    assert [(problem["kind"], problem["revision"]) for problem in problems] == [("edited", "a1")]


def test_unmanaged_database(project, database, whimbrel):
    database.execute("CREATE TABLE old_users (a integer)")
    project.chain("a1")
    result = whimbrel("status")
    assert "old_users" in result.out + result.err
    assert "stamp" in result.out + result.err
    assert "unmanaged" in kinds(whimbrel("status", "--json").json())


@pytest.mark.engine("postgresql")
def test_password_is_redacted(project, database, cluster, whimbrel):
    project.chain("a1")
    result = whimbrel("status", "--json", "--url", database.tcp_url).ok()
    assert cluster.password not in result.out + result.err
    assert result.json()["url"].startswith("postgresql://")
    assert cluster.user in result.json()["url"]


@pytest.mark.engine("sqlite")
def test_missing_file_is_not_made_by_asking(project, database, whimbrel):
    project.chain("a1")
    whimbrel("status")
    assert not os.path.exists(database.path)


def test_unreachable(files, whimbrel):
    files.chain("a1")
    url = f"postgresql://u:p@127.0.0.1:{free_port()}/x"
    whimbrel("status", "--url", url, env={"WHIMBREL_WAIT": "0"}).failed(4)
    whimbrel("wait", "--url", url, env={"WHIMBREL_WAIT": "300ms"}).failed(4)


def test_wait_for_what_is_there(project, database, whimbrel):
    if database.engine == "sqlite":
        database.execute("CREATE TABLE t (a integer)")
    whimbrel("wait").ok()


def test_current(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    assert "a1" not in whimbrel("current").ok().out
    whimbrel("upgrade", "b2").ok()
    out = whimbrel("current").ok().out
    assert "step b2" in out and "step a1" not in out and "(head)" not in out
    whimbrel("upgrade").ok()
    out = whimbrel("current").ok().out
    assert "step c3" in out and "(head)" in out


def test_current_with_an_unknown_revision(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    database.execute("UPDATE alembic_version SET version_num = 'gone99'")
    result = whimbrel("current")
    assert "gone99" in result.out + result.err


def test_heads_and_branches(files, whimbrel):
    files.revision("a1")
    files.revision("b2", revises="a1", labels="shop")
    files.revision("c3", revises="a1")
    out = whimbrel("heads").ok().out
    assert "step b2" in out and "step c3" in out and "step a1" not in out
    out = whimbrel("branches").ok().out
    assert "a1" in out and "b2" in out and "c3" in out


@pytest.mark.parametrize("expression, ids", [
    ("a1aa", ["a1aa"]), ("head", ["c3cc"]), ("heads", ["c3cc"]), ("head-1", ["b2bb"]), ("b2", ["b2bb"]), ("a1aa+2", ["c3cc"])])
def test_show(files, whimbrel, expression, ids):
    files.chain("a1aa", "b2bb", "c3cc")
    out = whimbrel("show", expression).ok().out
    for id in ids:
        assert f"step {id}" in out
        assert f"_{id}.sql" in out


def test_show_of_nothing(files, whimbrel):
    files.chain("a1")
    whimbrel("show", "nosuch").failed(1, "nosuch")
    whimbrel("show").failed(2)
