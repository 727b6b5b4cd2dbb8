"""Bad input is refused with file, line and reason, before anything is touched."""

import os
import shutil
import subprocess

import pytest

from support.cluster import as_unprivileged, server_folder, unprivileged_user
from support.program import PROGRAM, with_file_limit

GOOD = "-- revision: {}\n\n-- migrate:up\nCREATE TABLE t_{} (a integer);\n"


def refused(whimbrel, database, *words):
    """Nobody gets past a bad file: neither what asks nor what runs."""
    for command in (["history"], ["upgrade"], ["status"], ["run", "--", "echo", "STARTED"]):
        result = whimbrel(*command)
        assert result.code == 1, result
        for word in words:
            assert str(word).lower() in result.err.lower(), f"no {word!r} in: {result}"
        assert "STARTED" not in result.out
    if database:
        assert database.all_tables() == []


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("content, words", [
    (b"", ["bad.sql"]),
    (b"\n\n", ["bad.sql"]),
    (b"CREATE TABLE t (a integer);\n", ["bad.sql:1"]),
    (b"-- revision: x1\n", ["bad.sql"]),
    (b"-- revision: x1\n-- migrate:down\nSELECT 1;\n", ["bad.sql"]),
    (b"-- revision: x1\nSELECT 1;\n-- migrate:up\n", ["bad.sql:2"]),
    (b"-- revision:\n-- migrate:up\n", ["bad.sql:1"]),
    (b"-- message: no id\n\n-- migrate:up\nSELECT 1;\n", ["bad.sql", "revision"]),
    (b"-- revision: x1\n-- revision: x2\n-- migrate:up\n", ["bad.sql:2", "revision"]),
    (b"-- revision: x1\n-- nosuchkey: 1\n-- migrate:up\n", ["bad.sql:2", "nosuchkey"]),
    (b"-- revision: x1\n-- migrate:sideways\n", ["bad.sql:2", "sideways"]),
    (b"-- revision: x1\n-- migrate:up nosuch:1\nSELECT 1;\n", ["bad.sql:2", "nosuch"]),
    (b"-- revision: x1\n-- migrate:up transaction:perhaps\nSELECT 1;\n", ["bad.sql:2", "perhaps"]),
    (b"-- revision: x1\n-- migrate:up engine:oracle\nSELECT 1;\n", ["bad.sql:2", "oracle"]),
    (b"-- revision: x1\n-- migrate:up irreversible\nSELECT 1;\n", ["bad.sql:2", "irreversible"]),
    (b"-- revision: x1\n-- migrate:up lock-timeout:soon\nSELECT 1;\n", ["bad.sql:2", "soon"]),
    (b"-- revision: x1\n-- migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 2;\n", ["bad.sql:4"]),
    (b"-- revision: x1\n-- migrate:up\nSELECT '\xff\xfe';\n", ["bad.sql:3", "utf-8"]),
    (b"-- revision: x1\n-- migrate:up\nSELECT 'a\x00b';\n", ["bad.sql:3"]),
    (b"\xff\xfe-\x00-\x00 \x00r\x00", ["bad.sql:1"]),
    (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, ["bad.sql:1"]),
    (b"-- revision: " + b"x" * 33 + b"\n-- migrate:up\nSELECT 1;\n", ["bad.sql:1", "32"]),
    (b"-- revision: x1\n-- revises: nosuch\n-- migrate:up\nSELECT 1;\n", ["bad.sql:2", "nosuch"]),
    (b"-- revision: x1\n-- revises: x1\n-- migrate:up\nSELECT 1;\n", ["bad.sql", "x1"]),
    (b"-- revision: x1\n-- depends-on: nosuch\n-- migrate:up\nSELECT 1;\n", ["bad.sql:2", "nosuch"]),
    (b"-- revision: x1\n-- branch-labels: a1\n-- migrate:up\nSELECT 1;\n", ["bad.sql:2", "a1"]),
    (b"-- revision: x1\n-- branch-labels: a@b\n-- migrate:up\nSELECT 1;\n", ["bad.sql:2"]),
], ids=lambda value: None)
def test_file(project, database, whimbrel, content, words):
    project.write("a.sql", GOOD.format("a1", "a1"))
    project.write("bad.sql", content)
    refused(whimbrel, database, *words)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("id", ["a@b", "a-b", "a+b", "a:b", "head", "heads", "base", "current"])
def test_illegal_id(project, database, whimbrel, id):
    project.write("bad.sql", f"-- revision: {id}\n\n-- migrate:up\nSELECT 1;\n")
    refused(whimbrel, database, "bad.sql:1", id)


@pytest.mark.parametrize("sql", ["SELECT 'never ends;", 'SELECT "never ends;', "SELECT 1 /* never ends;"])
def test_sql_that_never_ends(project, database, whimbrel, sql):
    project.chain("a1")
    path = project.revision("b2", f"SELECT 1;\n{sql}\n", None)
    line = path.read_text().splitlines().index(sql) + 1
    whimbrel("upgrade").failed(1, f"{path.name}:{line}")
    assert database.tables() == []


@pytest.mark.engine("sqlite")
def test_truncated_at_every_byte(project, database, whimbrel):
    """Each is either refused with its name or a smaller file that makes sense; nothing crashes."""
    whole = "-- revision: abc\n-- message: m\n\n-- migrate:up\nCREATE TABLE t (a text DEFAULT 'x');\n\n-- migrate:down\nDROP TABLE t;\n"
    for length in range(0, len(whole), 3):
        path = project.write("cut.sql", whole[:length])
        result = whimbrel("history")
        assert result.code in (0, 1), result
        if result.code:
            assert path.name in result.err
            assert "abc" not in result.out


@pytest.mark.slow
@pytest.mark.engine("sqlite")
def test_too_large(project, database, whimbrel):
    path = project.write("big.sql", GOOD.format("x1", "x1"))
    with open(path, "ab") as file:
        file.truncate(100 * 1024 * 1024)
    refused(whimbrel, database, "big.sql")
    path.write_bytes(GOOD.format("x1", "x1").encode() + b"-- filler\n" * (10 * 1024 * 1024))
    refused(whimbrel, database, "big.sql")


@pytest.mark.engine("sqlite")
def test_duplicate_id(project, database, whimbrel):
    project.write("one.sql", GOOD.format("x1", "x1"))
    project.write("two.sql", GOOD.format("x1", "x1"))
    refused(whimbrel, database, "x1", "one.sql", "two.sql")


@pytest.mark.engine("sqlite")
def test_cycle(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", revises="d4")
    project.revision("c3", revises="b2")
    project.revision("d4", revises="c3")
    refused(whimbrel, database, "circle", "b2", "c3", "d4")


@pytest.mark.engine("sqlite")
def test_cycle_by_a_dependency(project, database, whimbrel):
    project.revision("a1", revises=None, depends_on="b2")
    project.revision("b2", revises=None, depends_on="a1")
    refused(whimbrel, database, "circle", "a1", "b2")


@pytest.mark.engine("sqlite")
def test_folder_that_is_missing(project, database, whimbrel):
    project.migrations.rmdir()
    refused(whimbrel, database, "migrations")


@pytest.mark.engine("sqlite")
def test_folder_that_is_a_file(project, database, whimbrel):
    project.migrations.rmdir()
    project.migrations.write_text("not a folder")
    refused(whimbrel, database, "migrations")


@pytest.mark.engine("sqlite")
def test_folder_full_of_other_files(project, database, whimbrel):
    project.chain("a1")
    for name in ("README.md", ".hidden.sql", "x.sql~", "x.sql.swp", "#x.sql#", "x.sql.orig", "notes.txt", ".DS_Store", "x.SQL.bak"):
        project.write(name, "this is not a revision\n")
    (project.migrations / "folder.sql").mkdir()
    result = whimbrel("upgrade")
    if result.code != 0:  # a folder that is named like a file may be refused, by its name
        result.failed(1, "folder.sql")
        (project.migrations / "folder.sql").rmdir()
        whimbrel("upgrade").ok()
    assert database.tables() == ["t_a1"]


@pytest.mark.engine("sqlite")
def test_symbolic_links(project, database, whimbrel):
    path = project.revision("a1", "CREATE TABLE t (a integer);")
    elsewhere = project.folder / "elsewhere.sql"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    whimbrel("upgrade").ok()
    assert database.tables() == ["t"]
    (project.migrations / "dangling.sql").symlink_to("/nosuch/file.sql")
    whimbrel("upgrade").failed(1, "dangling.sql")


@pytest.mark.engine("sqlite")
def test_named_pipe_does_not_hang(project, database, whimbrel):
    project.chain("a1")
    os.mkfifo(project.migrations / "pipe.sql")
    result = whimbrel("upgrade", timeout=10)
    assert result.code == 0 or "pipe.sql" in result.err, result


@pytest.fixture
def unprivileged():
    """A folder that an unprivileged user can read, and whimbrel in it; root may read and write everything anyway."""
    if not unprivileged_user():
        pytest.skip("needs root, to become somebody else")
    folder = server_folder("wb-e2e-")
    shutil.copy(PROGRAM, folder / "whimbrel")
    yield folder
    shutil.rmtree(folder)


def as_somebody_else(whimbrel, folder, *arguments):
    words = as_unprivileged([str(folder / "whimbrel"), "--url", f"sqlite:///{folder}/database.db", "--dir", str(folder / "m")])
    return subprocess.run([*words, *arguments], cwd=folder, env=whimbrel.environment, capture_output=True, text=True, timeout=30)


def test_unreadable_file_and_folder(unprivileged, whimbrel):
    (unprivileged / "m").mkdir()
    path = unprivileged / "m" / "a.sql"
    path.write_text(GOOD.format("a1", "a1"))
    path.chmod(0o000)
    done = as_somebody_else(whimbrel, unprivileged, "upgrade")
    assert done.returncode == 1 and "a.sql" in done.stderr, done
    (unprivileged / "m").chmod(0o000)
    done = as_somebody_else(whimbrel, unprivileged, "upgrade")
    assert done.returncode == 1 and str(unprivileged / "m") in done.stderr, done


def test_read_only_database_file(unprivileged, whimbrel):
    (unprivileged / "m").mkdir()
    (unprivileged / "m" / "a.sql").write_text(GOOD.format("a1", "a1"))
    database = unprivileged / "database.db"
    database.write_bytes(b"")
    database.chmod(0o444)
    unprivileged.chmod(0o555)
    done = as_somebody_else(whimbrel, unprivileged, "upgrade")
    assert done.returncode in (1, 4) and "database.db" in done.stderr and "can't be written" in done.stderr, done
    assert database.stat().st_size == 0


@pytest.mark.engine("postgresql")
def test_read_only_postgresql(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    project.chain("b2")
    url = database.url + "&options=-c%20transaction_read_only%3Don"
    whimbrel("upgrade", "--url", url).ok()  # who migrates wants to write
    assert database.heads() == ["b2"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("content", [b"this is no database, " * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_database_file_that_is_none(project, database, whimbrel, content):
    project.chain("a1")
    database.path.write_bytes(content)
    result = whimbrel("upgrade", env={"WHIMBREL_WAIT": "1s"})
    assert result.code in (1, 4), result
    assert str(database.path) in result.err
    assert database.path.read_bytes() == content


@pytest.mark.engine("sqlite")
def test_full_disk(project, database, whimbrel):
    """What was there before is there again."""
    project.chain("a1")
    whimbrel("upgrade").ok()
    project.revision("b2", "CREATE TABLE big (a text);\nINSERT INTO big WITH RECURSIVE n (i) AS "
                           "(SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT hex(randomblob(200)) FROM n;")
    result = whimbrel.start("upgrade", prefix=with_file_limit(200000)).finish()
    assert result.code != 0 and "b2" in result.err, result
    assert database.heads() == ["a1"]
    assert database.tables() == ["t_a1"]
    assert database.query("PRAGMA integrity_check") == [("ok",)]
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"]


@pytest.mark.slow
@pytest.mark.engine("sqlite")
def test_ten_thousand_files(project, database, whimbrel):
    for number in range(10000):
        project.revision(f"r{number:05d}", "SELECT 1;", None)
    assert "r09999" in whimbrel("heads").ok().out
    assert len(whimbrel("status", "--json").ok().json()["pending"]) == 10000
