"""`whimbrel init`, `create`, `merge`: files get written, never overwritten, and can be read back."""

import re

import pytest

from support.program import with_file_limit


def header(path):
    return dict(re.findall(r"^-- ([\w-]+): (.*)$", path.read_text(), re.MULTILINE))


def new_file(files, before):
    created, = set(files.migrations.glob("*.sql")) - set(before)
    return created


def test_init(whimbrel):
    whimbrel("init").ok()
    assert (whimbrel.folder / "whimbrel.ini").is_file()
    assert (whimbrel.folder / "migrations").is_dir()
    url = f"sqlite:///{whimbrel.folder}/x.db"
    whimbrel("create", "first", "--url", url).ok()
    whimbrel("upgrade", "--url", url).ok()
    assert whimbrel("status", "--json", "--url", url).ok().json()["up_to_date"] is True


def test_init_overwrites_nothing(whimbrel):
    (whimbrel.folder / "whimbrel.ini").write_text("; mine\n")
    whimbrel("init").failed(1, "whimbrel.ini")
    assert (whimbrel.folder / "whimbrel.ini").read_text() == "; mine\n"


def test_create(files, whimbrel):
    result = whimbrel("create", "Add user preferences: table & more!").ok()
    path = new_file(files, [])
    assert path.name in result.out
    keys = header(path)
    assert re.fullmatch(r"[0-9a-f]{12}", keys["revision"])
    assert keys["message"] == "Add user preferences: table & more!"
    assert "revises" not in keys
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", keys["created"])
    assert re.fullmatch(rf"\d{{12}}_{keys['revision']}_add_user_preferences_table_more\.sql", path.name)
    assert "-- migrate:up" in path.read_text() and "-- migrate:down" in path.read_text()


def test_create_says_plainly_that_it_is_empty(files, whimbrel):
    assert "empty" in whimbrel("create", "x").ok().err.lower()


def test_create_follows_the_head(files, whimbrel):
    first = header(path_of(files, whimbrel, "create", "one"))
    second = header(path_of(files, whimbrel, "create", "two"))
    assert second["revises"] == first["revision"]
    assert whimbrel("heads").ok().out.count(second["revision"]) >= 1


def path_of(files, whimbrel, *arguments):
    before = list(files.migrations.glob("*.sql"))
    whimbrel(*arguments).ok()
    return new_file(files, before)


def test_sql_from_a_file(project, database, whimbrel):
    (project.folder / "new.sql").write_text("CREATE TABLE brought (a integer);\n")
    path = path_of(project, whimbrel, "create", "bring it", "--sql", "new.sql")
    assert "CREATE TABLE brought (a integer);" in path.read_text().split("-- migrate:down")[0]
    whimbrel("upgrade").ok()
    assert database.tables() == ["brought"]


def test_sql_from_standard_input(project, database, whimbrel):
    whimbrel("create", "piped", "--sql", "-", input="CREATE TABLE piped (a integer);").ok()
    whimbrel("upgrade").ok()
    assert database.tables() == ["piped"]


def test_sql_from_a_file_that_is_not_there(files, whimbrel):
    whimbrel("create", "x", "--sql", "nosuch.sql").failed(1, "nosuch.sql")
    assert list(files.migrations.iterdir()) == []


def test_options(files, whimbrel):
    files.chain("a1", "b2")
    path = path_of(files, whimbrel, "create", "x", "--rev-id", "my_own-id".replace("-", "_"), "--head", "a1", "--splice",
                   "--branch-label", "shop", "--depends-on", "b2")
    keys = header(path)
    assert (keys["revision"], keys["revises"], keys["branch-labels"], keys["depends-on"]) == ("my_own_id", "a1", "shop", "b2")
    whimbrel("history").ok()


@pytest.mark.parametrize("id", ["a-b", "a@b", "a+b", "a:b", "head", "base", "x" * 33, "", "a b", "../x", "a/b"])
def test_illegal_ids(files, whimbrel, id):
    result = whimbrel("create", "x", "--rev-id", id)
    assert result.code in (1, 2), result
    assert list(files.migrations.iterdir()) == []


def test_id_that_is_taken(files, whimbrel):
    files.chain("a1")
    whimbrel("create", "x", "--rev-id", "a1").failed(1, "a1")
    assert len(list(files.migrations.iterdir())) == 1


def test_several_heads_need_a_choice(files, whimbrel):
    files.chain("a1")
    files.revision("b2", revises="a1")
    files.revision("c3", revises="a1")
    whimbrel("create", "x").failed(1, "b2", "c3")
    assert len(list(files.migrations.iterdir())) == 3
    path = path_of(files, whimbrel, "create", "x", "--head", "c3")
    assert header(path)["revises"] == "c3"


def test_not_a_head_needs_splice(files, whimbrel):
    files.chain("a1", "b2")
    whimbrel("create", "x", "--head", "a1").failed(1, "splice")


def test_merge(files, whimbrel):
    files.chain("a1")
    files.revision("b2", revises="a1")
    files.revision("c3", revises="a1")
    path = path_of(files, whimbrel, "merge", "-m", "join them")
    keys = header(path)
    assert sorted(keys["revises"].split(", ")) == ["b2", "c3"]
    assert keys["message"] == "join them"
    assert keys["revision"] in whimbrel("heads").ok().out
    assert "b2" not in whimbrel("heads").ok().out.split()


def test_merge_of_some(files, whimbrel):
    files.chain("a1")
    for id in ("b2", "c3", "d4"):
        files.revision(id, revises="a1")
    path = path_of(files, whimbrel, "merge", "b2", "d4")
    assert sorted(header(path)["revises"].split(", ")) == ["b2", "d4"]


def test_nothing_to_merge(files, whimbrel):
    files.chain("a1")
    assert whimbrel("merge").code in (0, 1)
    assert len(list(files.migrations.iterdir())) == 1


@pytest.mark.parametrize("message", ["../../etc/passwd", "a\nb", "-- migrate:up", "ümläut & Ωmega", "x" * 500, "'; DROP TABLE"])
def test_hostile_messages(files, whimbrel, message):
    result = whimbrel("create", "--", message) if message.startswith("-") else whimbrel("create", message)
    created = list(files.folder.rglob("*.sql"))
    if result.code != 0:
        assert created == []
        return
    assert len(created) == 1 and created[0].parent == files.migrations
    assert len(created[0].name) < 100
    whimbrel("history").ok()


def test_empty_message_is_wrong_usage(files, whimbrel):
    whimbrel("create").failed(2)
    assert whimbrel("create", "").code in (1, 2)
    assert list(files.migrations.iterdir()) == []


def test_missing_folder(files, whimbrel):
    files.migrations.rmdir()
    whimbrel("create", "x").failed(1, "migrations")


def test_full_disk_leaves_no_half_file(files, whimbrel):
    (files.folder / "big.sql").write_text("SELECT 1;\n" * 20000)
    running = whimbrel.start("create", "x", "--sql", "big.sql", prefix=with_file_limit(4096))
    result = running.finish()
    assert result.code != 0
    assert list(files.migrations.iterdir()) == []
