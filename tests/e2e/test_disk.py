"""A disk that is full, of any size, or can't be written: the database is whole afterwards, and the next run goes on."""

import os
import shutil
import subprocess

import pytest

from support import history
from support.cluster import Cluster, unprivileged_user
from support.database import PostgreSQL, SQLite
from support.history import Step, trace
from support.project import Project

pytestmark = [pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root"), pytest.mark.slow]


# ---- SQLite ----

ROWS = 2000
GROWING = [
    Step("a1", "CREATE TABLE trace (what text)", history.make_table("item"), trace("a1")),
    Step("b2", "INSERT INTO item WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
         f"{ROWS}) SELECT i, hex(randomblob(60)) FROM n", trace("b2")),
    Step("c3", trace("c3 first"), "CREATE INDEX item_text ON item (text)", "VACUUM", trace("c3 second"), outside=True),
    Step("d4", "PRAGMA foreign_keys = OFF", "CREATE TABLE item_new (id integer PRIMARY KEY, text varchar(400))",
         "INSERT INTO item_new SELECT id, text || text FROM item", "DROP TABLE item",
         "ALTER TABLE item_new RENAME TO item", trace("d4")),
]
SIZES = [64, 96, 128, 192, 256, 400, 600, 800, 1000, 1400, 2000, 2800, 4096]


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("temporary", ["elsewhere", "there"])
def test_full_disk_of_each_size(disk, files, whimbrel, journal, temporary):
    history.write(files, GROWING)
    environment = {"SQLITE_TMPDIR": disk.folder} if temporary == "there" else {}
    judged = SQLite(files.folder / "judge.db")
    judge = history.Judge(judged, GROWING)
    codes = []
    for size in SIZES:
        disk.mount(f"{size}k")
        judge.database = SQLite(disk.folder / "database.db")
        url = judge.database.url
        try:
            judge.database.execute(f"PRAGMA journal_mode = {journal}")
            result = whimbrel("upgrade", "--url", url, env=environment)
            codes.append(result.code)
            if result.code:
                assert result.code == 1 and ("no room left" in result.err or "can't be" in result.err), (size, result)
                disk.change("size=100m")  # to look at a full WAL takes room too
                assert judge.database.query("PRAGMA integrity_check") == [("ok",)]
                judge.half_way()
                whimbrel("upgrade", "--url", url).ok()
            judge.finished()
        finally:
            disk.unmount()
    assert codes[0] == 1 and codes[-1] == 0, codes


def test_read_only(disk, files, whimbrel):
    """It is said before anything is changed, with the path; asking still works."""
    disk.mount("16m")
    database = SQLite(disk.folder / "database.db")
    files.chain("a1")
    whimbrel("upgrade", "--url", database.url).ok()
    files.chain("b2")
    disk.change("ro")
    result = whimbrel("upgrade", "--url", database.url)
    assert result.code in (1, 4) and f"{database.path} can't be written" in result.err, result
    assert whimbrel("current", "--url", database.url).ok().out.startswith("a1")
    result = whimbrel("run", "--url", database.url, "--", "echo", "STARTED")
    assert result.code in (1, 4) and "STARTED" not in result.out, result
    disk.change("rw")
    whimbrel("upgrade", "--url", database.url).ok()
    assert database.heads() == ["b2"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("what", ["the header", "alembic_version", "big"])
def test_damaged_file(project, database, whimbrel, what):
    """A page of rubbish: said, with the file's name; no worse afterwards."""
    project.revision("a1", "CREATE TABLE big (a text); INSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                           "i + 1 FROM n LIMIT 500) SELECT hex(randomblob(100)) FROM n;")
    whimbrel("upgrade").ok()
    project.revision("b2", "CREATE INDEX big_a ON big (a); UPDATE big SET a = a || 'x';")
    pages = {"the header": 1} | dict(database.query("SELECT name, rootpage FROM sqlite_schema"))
    page = pages[what]
    content = bytearray(database.path.read_bytes())
    start = 100 if page == 1 else 4096 * (page - 1)
    content[start:4096 * page] = b"\xa5" * (4096 * page - start)
    database.path.write_bytes(content)
    for _ in range(2):
        result = whimbrel("run", "--", "echo", "STARTED")
        assert result.code in (1, 4), result
        assert "damaged" in result.err and str(database.path) in result.err, result
        assert "STARTED" not in result.out
        if what == "big":  # the application's: it is found by a statement, and the ledger has a row of that
            assert database.heads() == ["a1"]
            assert database.query("SELECT name FROM sqlite_schema WHERE name = 'big_a'") == []
        else:
            assert database.path.read_bytes() == bytes(content)


# ---- PostgreSQL ----

@pytest.mark.engine("postgresql")
def test_full_tablespace_under_a_concurrent_index(disk, project, database, whimbrel):
    """The INVALID index it leaves is built again when there is room."""
    disk.mount("2m")
    database.execute(f"CREATE TABLESPACE tiny_{database.name} LOCATION '{disk.folder}'")
    try:
        project.revision("a1", "CREATE TABLE trace (what text); CREATE TABLE item (id integer, text text);"
                               "INSERT INTO item SELECT i, md5(i::text) FROM generate_series(1, 60000) i;")
        project.revision("b2", f"{trace('b2')}; CREATE INDEX CONCURRENTLY IF NOT EXISTS item_text ON item (text) "
                               f"TABLESPACE tiny_{database.name}; {trace('end')};", options="transaction:false")
        for _ in range(2):
            whimbrel("upgrade").failed(1, "b2", "53100", "No space left", "0002_b2.sql:")
            assert database.query("SELECT what FROM trace") == [("b2",)]
            assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'item_text'::regclass") == [(False,)]
        disk.change("size=32m")
        whimbrel("upgrade").ok()
        assert database.query("SELECT what FROM trace") == [("b2",), ("end",)]
        assert database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'item'::regclass") == [(True,)]
    finally:
        database.execute("DROP TABLE IF EXISTS item")
        database.execute(f"DROP TABLESPACE tiny_{database.name}")


def test_full_disk_of_the_write_ahead_log(disk, tmp_path, whimbrel):
    """The server panics and restarts, over and over. With room again, the same command gets through."""
    disk.mount("100m")
    cluster = Cluster(max_wal_size="2GB", checkpoint_timeout="1h", autovacuum="off", restart_after_crash="off")
    try:
        wal = cluster.data / "pg_wal"
        shutil.copytree(wal, disk.folder / "wal")
        shutil.rmtree(wal)
        wal.symlink_to(disk.folder / "wal")
        subprocess.run(["chown", "-Rh", f"{unprivileged_user().pw_uid}:{unprivileged_user().pw_gid}", wal, disk.folder],
                       check=True)
        cluster.start()
        database = PostgreSQL(cluster)
        project = Project(tmp_path / "wal", database.url)
        project.revision("a1", "CREATE TABLE trace (what text); INSERT INTO trace VALUES ('a1');")
        project.revision("b2", "CREATE TABLE big AS SELECT md5(i::text) AS a FROM generate_series(1, 2000000) AS i;"
                               "INSERT INTO trace VALUES ('b2');")
        result = whimbrel("upgrade", cwd=project.folder)
        assert result.code in (1, 4) and "b2" in result.err, result
        disk.change("size=1g")
        if cluster.process.poll() is not None or not cluster.is_ready():
            cluster.stop()
            cluster.start()
        assert (database.heads(), database.tables()) == (["a1"], ["trace"])
        whimbrel("upgrade", cwd=project.folder).ok()
        assert database.query("SELECT what FROM trace") == [("a1",), ("b2",)]
    finally:
        cluster.remove()


# ---- Files that are written ----

def test_full_disk_for_revisions(disk, files, whimbrel):
    """No half revision, and no file under another name, is left."""
    disk.mount("64k")
    folder = disk.folder / "migrations"
    folder.mkdir()
    (files.folder / "big.sql").write_text("SELECT 1;\n" * 20000)
    whimbrel("create", "x", "--sql", "big.sql", "--dir", folder).failed(1, "No space left")
    assert list(folder.iterdir()) == []
    disk.fill()
    whimbrel("create", "y", "--dir", folder).failed(1, "No space left")
    assert list(folder.iterdir()) == []
    (disk.folder / "filler").unlink()
    whimbrel("create", "y", "--dir", folder).ok()
    whimbrel("heads", "--dir", folder).ok()


def test_read_only_folder_for_revisions(disk, files, whimbrel):
    disk.mount("1m")
    disk.change("ro")
    whimbrel("create", "x", "--dir", disk.folder).failed(1, str(disk.folder), "Read-only")
    whimbrel("init", "--dir", disk.folder / "new", "--config", files.folder / "new.ini").failed(1, "Read-only")
    assert not (files.folder / "new.ini").exists()
