"""A database that a newer image has migrated, seen from an older one: told, and taken back with the ledger's SQL."""

import json
import random
import signal

import pytest

from support.program import wait_until

RUN = ["--", "echo", "STARTED"]


@pytest.fixture
def image(project):
    """image.older("b2"): from here on the folder has nothing that comes after b2. image.newer(): all of it again."""
    return Image(project)


class Image:
    def __init__(self, project):
        self.project = project
        self.away = project.folder / "away"

    def older(self, *ids):
        self.away.mkdir(exist_ok=True)
        for path in self.project.migrations.glob("*.sql"):
            if not any(path.name.endswith(f"_{id}.sql") for id in ids):
                path.rename(self.away / path.name)

    def newer(self):
        for path in self.away.glob("*.sql"):
            path.rename(self.project.migrations / path.name)

    def file(self, id):
        path, = [*self.project.migrations.glob(f"*_{id}.sql"), *self.away.glob(f"*_{id}.sql")]
        return path


@pytest.fixture
def ahead(project, image, database, whimbrel):
    """The database is at d4, by version 2.1; the folder ends with b2."""
    project.chain("a1", "b2", "c3", "d4")
    whimbrel("upgrade", "--app-version", "2.1").ok()
    image.older("a1", "b2")
    return image


# ---- downgrade ----


def test_downgrade_with_the_ledgers_sql(ahead, database, whimbrel):
    result = whimbrel("downgrade", "b2", "--yes").ok()
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]
    assert database.ledger()[-2:] == [("d4", "down", "done"), ("c3", "down", "done")]
    assert "ledger: d4, c3" in result.err


@pytest.mark.parametrize("target, heads, tables", [
    ("-1", ["c3"], ["t_a1", "t_b2", "t_c3"]), ("c3", ["c3"], ["t_a1", "t_b2", "t_c3"]),
    ("-2", ["b2"], ["t_a1", "t_b2"]), ("head", ["b2"], ["t_a1", "t_b2"]), ("heads", ["b2"], ["t_a1", "t_b2"]),
    ("a1", ["a1"], ["t_a1"]), ("base", [], [])])
def test_targets(ahead, database, whimbrel, target, heads, tables):
    whimbrel("downgrade", target, "--yes").ok()
    assert database.heads() == heads
    assert database.tables() == tables


def test_downgrade_asks_before_it_destroys(ahead, database, whimbrel):
    result = whimbrel("downgrade", "b2").failed(6, "nobody said yes", "d4: DROP TABLE t_d4", "c3: DROP TABLE t_c3")
    assert result.out == ""
    assert database.heads() == ["d4"]
    assert database.tables() == ["t_a1", "t_b2", "t_c3", "t_d4"]


def test_dry_run_says_where_the_sql_is_from(ahead, database, whimbrel):
    out = whimbrel("downgrade", "a1", "--dry-run").ok().out
    assert out.count("SQL from the ledger") == 2 and "DROP TABLE t_d4;" in out and "whimbrel_ledger (c3)" in out
    steps = whimbrel("downgrade", "a1", "--dry-run", "--json").ok().json()["steps"]
    assert [(step["revision"], step["from_ledger"], step["destructive"], step["message"]) for step in steps] == [
        ("d4", True, True, "step d4"), ("c3", True, True, "step c3"), ("b2", False, True, "step b2")]
    assert database.heads() == ["d4"]


def test_single_transaction(ahead, database, whimbrel):
    whimbrel("downgrade", "heads", "--yes", "--single-transaction").ok()
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]


def test_down_fails_and_names_the_ledger(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE kept (a integer);", "\nDROP TABLE kept;\n  DROP TABLE nowhere;")
    whimbrel("upgrade").ok()
    image.older("a1")
    whimbrel("downgrade", "a1", "--yes").failed(1, "whimbrel_ledger (b2):3:", "nowhere")
    assert database.heads() == ["b2"]
    assert database.tables() == ["kept", "t_a1"]


@pytest.mark.parametrize("kept, steps", [
    (["a1"], ["m5", "b2", "c3", "d4"]), (["a1", "b2"], ["m5", "c3", "d4"]), (["a1", "b2", "d4"], ["m5", "c3"])])
def test_branches_and_merges(project, image, database, whimbrel, kept, steps):
    """
        a1 - b2 ----- m5
          \\- c3 -----/
          \\- d4 (depends on b2)
    """
    def make(id, **options):
        project.revision(id, f"CREATE TABLE t_{id} (a integer);", f"DROP TABLE t_{id};", **options)
    make("a1")
    make("b2", revises="a1", labels="shop")
    make("c3", revises="a1")
    make("d4", revises="a1", depends_on="shop")
    make("m5", revises=["b2", "c3"])
    whimbrel("upgrade").ok()
    assert database.heads() == ["d4", "m5"]
    image.older(*kept)
    whimbrel("downgrade", "heads", "--yes").ok()
    taken = [revision for revision, direction, _ in database.ledger() if direction == "down"]
    assert sorted(taken) == sorted(steps)
    assert database.tables() == [f"t_{id}" for id in kept]
    assert whimbrel("status", "--json").ok().json()["up_to_date"]
    image.newer()
    whimbrel("upgrade").ok()
    assert database.heads() == ["d4", "m5"]


def test_section_of_the_engine(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE b (a integer);", {"postgresql": "DROP TABLE b; SELECT 'postgresql';",
                                                           "sqlite": "DROP TABLE b; SELECT 'sqlite';"})
    whimbrel("upgrade").ok()
    image.older("a1")
    out = whimbrel("downgrade", "a1", "--dry-run").ok().out
    assert f"SELECT '{database.engine}'" in out
    whimbrel("downgrade", "a1", "--yes").ok()
    assert database.tables() == ["t_a1"]


def test_what_the_sql_may_hold(project, image, database, whimbrel):
    """Quotes, comments, characters of any alphabet, nothing at the end: it is run as it stood in the file."""
    project.chain("a1")
    project.revision("b2", "INSERT INTO t_a1 VALUES (1);", "-- it's ünïcode ✓\nDELETE FROM t_a1; /* ' */ CREATE TABLE "
                     "\"od'd ✓\" (a integer DEFAULT 7); -- revision: x9", message="it's -- a 'message': ünïcode ✓")
    whimbrel("upgrade").ok()
    image.older("a1")
    assert "it's -- a 'message': ünïcode ✓" in whimbrel("downgrade", "a1", "--dry-run").ok().out
    whimbrel("downgrade", "a1", "--yes").ok()
    assert database.query("SELECT count(*) FROM t_a1") == [(0,)]
    assert database.tables() == ["od'd ✓", "t_a1"]


# ---- The options of the section ----


def test_outside_of_a_transaction_it_carries_on(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE b (a integer);",
                     "INSERT INTO t_a1 VALUES (1);\nINSERT INTO missing VALUES (2);\nDROP TABLE b;",
                     down_options="transaction:false")
    whimbrel("upgrade").ok()
    image.older("a1")
    result = whimbrel("downgrade", "a1", "--yes").failed(1, "missing", "Statement 2 of 3")
    assert "whimbrel_ledger (b2):2:" in result.err
    assert database.heads() == ["b2"]
    whimbrel("run", *RUN).failed(6, "b2", "interrupted on its way down")
    assert [problem["kind"] for problem in whimbrel("status", "--json").json()["problems"]] == ["ahead", "interrupted"]
    database.execute("CREATE TABLE missing (a integer)")
    assert whimbrel("run", "--ahead", "downgrade", *RUN).ok().out == "STARTED\n"
    assert database.heads() == ["a1"]
    assert database.query("SELECT * FROM t_a1") == [(1,)], "what was done is not done again"
    assert database.tables() == ["missing", "t_a1"]


@pytest.mark.engine("postgresql")
def test_concurrently(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE INDEX CONCURRENTLY i ON t_a1 (id);", "DROP INDEX CONCURRENTLY i;")
    whimbrel("upgrade").ok()
    image.older("a1")
    whimbrel("downgrade", "a1", "--yes").ok()
    assert database.query("SELECT 1 FROM pg_class WHERE relname = 'i'") == []


@pytest.mark.engine("postgresql")
def test_timeouts(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE seen (l text, s text);", "INSERT INTO seen VALUES "
                     "(current_setting('lock_timeout'), current_setting('statement_timeout'));",
                     down_options="lock-timeout:1500ms statement-timeout:1m")
    whimbrel("upgrade").ok()
    image.older("a1")
    whimbrel("downgrade", "a1").ok()
    assert database.query("SELECT * FROM seen") == [("1500ms", "1min")]


@pytest.mark.engine("postgresql")
def test_a_person_settles_what_can_not_be_told(project, image, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE PROCEDURE slowly() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t_a1 VALUES (1); "
                     "COMMIT; PERFORM pg_sleep(60); END $$;", "CALL slowly();", down_options="transaction:false")
    whimbrel("upgrade").ok()
    image.older("a1")
    running = whimbrel.start("downgrade", "a1")
    assert wait_until(lambda: database.activity("CALL%"))
    running.signal(signal.SIGKILL)
    running.finish()
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%'")
    assert wait_until(lambda: not database.activity("CALL%"))
    whimbrel("downgrade", "a1").failed(6, "b2", "can't be told", "CALL slowly()")
    whimbrel("resolve", "b2", "--done").ok()
    whimbrel("downgrade", "a1").ok()
    assert database.heads() == ["a1"]


# ---- What the ledger lacks ----


@pytest.mark.parametrize("down, options", [(None, ""), ("-- it can't be undone", "irreversible")])
def test_irreversible(project, image, database, whimbrel, down, options):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE b (a integer);", down, down_options=options)
    project.chain("c3")
    whimbrel("upgrade").ok()
    image.older("a1")
    back = ["run", "--ahead", "downgrade", *RUN]
    for command in (["downgrade", "a1", "--yes"], ["downgrade", "a1", "--dry-run"], back):
        result = whimbrel(*command).failed(1, "revision b2", "the ledger has no SQL to take it back", "image")
        assert "STARTED" not in result.out
    assert database.heads() == ["c3"], "nothing is done when not all of it can be"
    whimbrel("downgrade", "b2", "--yes").ok()
    assert database.heads() == ["b2"]


def test_revision_of_somebody_else(project, database, whimbrel):
    project.chain("a1")
    whimbrel("upgrade").ok()
    database.execute("UPDATE alembic_version SET version_num = 'gone99'")
    for command in (["downgrade", "a1"], ["downgrade", "-1", "--dry-run"], ["run", "--ahead", "downgrade", *RUN]):
        result = whimbrel(*command).failed(1, "gone99", "does not know it", "stamp --purge")
        assert "STARTED" not in result.out
    whimbrel("run", *RUN).failed(1, "gone99")
    assert "warning: the database is at gone99" in whimbrel("history").ok().err
    assert "gone99" in whimbrel("current").ok().out
    assert database.heads() == ["gone99"]


def test_parent_of_somebody_else(project, image, database, whimbrel):
    """Stamped over by other means: the head is in the ledger, what it builds on is not."""
    project.chain("a1", "b2", "c3")
    whimbrel("upgrade", "a1").ok()
    database.execute("UPDATE alembic_version SET version_num = 'b2'")
    whimbrel("upgrade").ok()
    image.older("a1")
    whimbrel("downgrade", "a1", "--yes").failed(1, "revision b2", "does not know it", "has its file")
    problem, = whimbrel("status", "--json").json()["problems"]
    assert problem["kind"] == "ahead" and problem["revision"] == "c3" and "b2" in problem["hint"]
    whimbrel("downgrade", "b2", "--yes").failed(1, "revision b2")
    assert database.heads() == ["c3"]


def test_stamped(project, image, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade", "a1").ok()
    whimbrel("stamp", "b2").ok()
    image.older("a1")
    whimbrel("downgrade", "a1", "--yes").failed(1, "revision b2", "no SQL of it", "stamped")
    assert "STARTED" in whimbrel("run", *RUN).ok().out, "where it is, is known"
    whimbrel("run", "--ahead", "downgrade", *RUN).failed(1, "revision b2", "no SQL of it")


def test_taken_back_and_there_again(ahead, database, whimbrel):
    whimbrel("downgrade", "heads", "--yes").ok()
    database.execute("UPDATE alembic_version SET version_num = 'd4'")
    whimbrel("downgrade", "heads", "--yes").failed(1, "revision d4", "was taken back")
    assert "unknown_revision" in [problem["kind"] for problem in whimbrel("status", "--json").json()["problems"]]


def test_record_that_somebody_has_written_into(ahead, database, whimbrel):
    database.execute("UPDATE whimbrel_ledger SET down_options = 'transaction:perhaps' WHERE revision = 'c3'")
    whimbrel("downgrade", "heads", "--yes").failed(1, "revision c3", "its record in the ledger is wrong", "perhaps")
    database.execute("UPDATE whimbrel_ledger SET down_options = NULL, revises = 'd4' WHERE revision = 'c3'")
    whimbrel("downgrade", "heads", "--yes").failed(1, "its record in the ledger is wrong", "circle")
    assert database.heads() == ["d4"]



# ---- run --ahead ----


def test_run_goes_back(ahead, database, whimbrel):
    result = whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    assert result.out == "STARTED\n"
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]
    assert "d4" in result.err and "by version 2.1" in result.err
    for line in ("taking d4 back destroys data: DROP TABLE t_d4", "taking c3 back destroys data: DROP TABLE t_c3"):
        assert f"warning: {line}" in result.err
    result = whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    assert result.out == "STARTED\n" and "warning" not in result.err, "twice is as good as once"


def test_run_goes_back_and_tells_as_json(ahead, database, whimbrel):
    result = whimbrel("run", "--ahead", "downgrade", "--log-format", "json", *RUN).ok()
    events = [json.loads(line) for line in result.err.splitlines()]
    warned = [event["revision"] for event in events if event.get("event") == "warning" and "revision" in event]
    assert warned == ["d4", "c3"]


def test_run_with_other_policies(ahead, database, whimbrel):
    whimbrel("run", "--ahead", "refuse", *RUN).failed(3, "ahead", "d4", "by version 2.1", "whimbrel downgrade heads")
    whimbrel("run", *RUN, env={"WHIMBREL_AHEAD": "refuse"}).failed(3, "ahead", "d4")
    result = whimbrel("run", *RUN).ok()
    assert result.out == "STARTED\n" and "warning" in result.err and "d4 (applied at" in result.err
    assert whimbrel("run", "--ahead", "warn", *RUN).ok().out == "STARTED\n"
    whimbrel("run", "--ahead", "nosuch", *RUN).failed(2, "warn, refuse, downgrade")
    assert database.heads() == ["d4"]


@pytest.mark.parametrize("mode", ["check", "wait"])
def test_other_modes_change_nothing(ahead, database, whimbrel, mode):
    result = whimbrel("run", "--mode", mode, "--wait", "1s", "--ahead", "downgrade", *RUN).failed(3, "mode apply")
    assert result.out == ""
    assert database.heads() == ["d4"]
    assert whimbrel("run", "--mode", mode, "--wait", "1s", *RUN).ok().out == "STARTED\n"


def test_run_does_not_go_back_from_another_way(project, image, database, whimbrel):
    """The database has what these files don't have, and lacks what they have: it is not ahead of them."""
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    image.older("a1")
    project.revision("c3", "CREATE TABLE t_c3 (a integer);", revises="a1")
    for policy in ("warn", "downgrade"):
        result = whimbrel("run", "--ahead", policy, *RUN).failed(1)
        assert result.out == ""
    assert "c3 is not applied" in result.err
    for arguments in ([], ["--dry-run"]):
        whimbrel("upgrade", *arguments).failed(1, "b2", "not among the files")
    status = whimbrel("status", "--json").json()
    assert (status["pending"], status["ahead"], status["up_to_date"]) == (["c3"], ["b2"], False)
    assert database.heads() == ["b2"] and database.tables() == ["t_a1", "t_b2"]
    whimbrel("downgrade", "a1", "--yes").ok()
    whimbrel("upgrade").ok()
    assert database.tables() == ["t_a1", "t_c3"]


def test_run_with_several_heads(project, image, database, whimbrel):
    project.chain("a1", "b2")
    project.revision("c3", "CREATE TABLE t_c3 (a integer);", "DROP TABLE t_c3;", revises="a1")
    project.revision("m4", revises=["b2", "c3"])
    whimbrel("upgrade").ok()
    image.older("a1", "b2", "c3")
    assert whimbrel("run", "--ahead", "downgrade", *RUN).ok().out == "STARTED\n"
    assert database.heads() == ["b2", "c3"]
    assert whimbrel("run", "--ahead", "downgrade", *RUN).ok().out == "STARTED\n"


def test_newer_image_was_interrupted(project, image, database, whimbrel):
    project.chain("a1", "b2")
    project.revision("c3", "INSERT INTO t_a1 VALUES (1); INSERT INTO missing VALUES (1);", options="transaction:false")
    whimbrel("upgrade").failed(1, "missing")
    image.older("a1")
    for command in (["downgrade", "a1", "--yes"], ["run", "--ahead", "downgrade", *RUN]):
        result = whimbrel(*command).failed(6, "c3", "interrupted on its way up", "image")
        assert "image that has its file" in whimbrel("status").out
        assert "STARTED" not in result.out
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("command, expected", [(["run", "--ahead", "downgrade", *RUN], "STARTED\n"),
                                               (["downgrade", "heads", "--yes"], "")])
@pytest.mark.slow
def test_many_at_once(project, image, database, whimbrel, command, expected):
    project.chain("a1", "b2", trace="trace")
    for id in ("c3", "d4", "e5"):
        project.revision(id, f"CREATE TABLE t_{id} (a integer);",
                         f"DROP TABLE t_{id}; INSERT INTO trace VALUES ('-{id}');")
    whimbrel("upgrade").ok()
    image.older("a1", "b2")
    results = [starter.finish(200) for starter in [whimbrel.start(*command) for _ in range(8)]]
    assert [result.code for result in results] == [0] * 8, [str(result) for result in results if result.code][:3]
    assert {result.out for result in results} == {expected}
    assert database.query("SELECT revision FROM trace")[2:] == [("-e5",), ("-d4",), ("-c3",)]
    assert database.heads() == ["b2"]


@pytest.mark.engine("postgresql")
@pytest.mark.timeout(240)
def test_many_at_once_behind_a_pooler(project, image, database, pgbouncer, whimbrel):
    project.chain("a1", "b2", "c3", "d4", trace="trace")
    whimbrel("upgrade").ok()
    image.older("a1", "b2")
    url = pgbouncer("transaction").url(database.name)
    results = [starter.finish(200) for starter in [
        whimbrel.start("run", "--url", url, "--ahead", "downgrade", *RUN) for _ in range(8)]]
    assert [result.code for result in results] == [0] * 8, [str(result) for result in results if result.code][:3]
    assert database.heads() == ["b2"]
    assert database.ledger()[-2:] == [("d4", "down", "done"), ("c3", "down", "done")]


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("command, expected", [(["run", "--ahead", "downgrade", *RUN], "STARTED\n"),
                                               (["downgrade", "heads", "--yes"], "")])
def test_taken_back_between_two_looks(ahead, database, whimbrel, command, expected):
    """Heads and ledger can't be read at once: somebody else may take the revisions back between the two."""
    with database.connect() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE whimbrel_ledger")
        running = whimbrel.start(*command)
        assert wait_until(lambda: database.activity("%FROM%whimbrel_ledger%"))
        other.execute("INSERT INTO whimbrel_ledger (revision, direction, state) "
                      "VALUES ('d4', 'down', 'done'), ('c3', 'down', 'done')")
        other.execute("UPDATE alembic_version SET version_num = 'b2'")
        other.execute("DROP TABLE t_c3, t_d4")
        other.execute("COMMIT")
    assert running.finish().ok().out == expected
    assert database.heads() == ["b2"]


@pytest.mark.engine("postgresql")
@pytest.mark.slow
def test_killed_on_the_way_back(project, image, database, whimbrel):
    project.chain("a1", trace="trace")
    project.revision("b2", "CREATE TABLE b (a integer);",
                     "DROP TABLE b; SELECT pg_sleep(3); INSERT INTO trace VALUES ('-b2');")
    project.revision("c3", "CREATE TABLE c (a integer);", "DROP TABLE c; INSERT INTO trace VALUES ('-c3');")
    whimbrel("upgrade").ok()
    image.older("a1")
    running = whimbrel.start("run", "--ahead", "downgrade", *RUN)
    assert wait_until(lambda: database.activity("%pg_sleep%"))
    running.signal(signal.SIGKILL)
    running.finish()
    assert database.heads() == ["c3"] or database.heads() == ["b2"]
    assert whimbrel("run", "--ahead", "downgrade", *RUN).ok().out == "STARTED\n"
    assert database.query("SELECT revision FROM trace ORDER BY revision") == [("-b2",), ("-c3",), ("a1",)]
    assert database.heads() == ["a1"]


# ---- Asking ----


def test_status(ahead, database, whimbrel):
    out = whimbrel("status").ok().out
    assert "ahead by  d4, c3" in out and "ahead: d4, applied at" in out and "by version 2.1" in out
    status = whimbrel("status", "--json", "--exit-code").failed(3).json()
    assert (status["ahead"], status["pending"], status["up_to_date"]) == (["d4", "c3"], [], False)
    assert [(problem["kind"], problem["revision"]) for problem in status["problems"]] == [("ahead", "d4")]
    assert status["managed"] is True


def test_current_and_show(ahead, database, whimbrel):
    out = whimbrel("current").ok().out
    assert out.startswith("d4 (ahead, applied at ") and out.endswith("by version 2.1), step d4\n")
    current, = whimbrel("current", "--json").ok().json()
    assert current["revision"] == "d4" and current["ahead"].startswith("applied at") and current["revises"] == ["c3"]
    whimbrel("current", "--check-heads").failed(3)
    assert "DROP TABLE t_d4" in whimbrel("show", "current").ok().out


def test_history(ahead, database, whimbrel):
    lines = whimbrel("history").ok().out.splitlines()
    assert [line.split()[1].rstrip(",") for line in lines] == ["d4", "c3", "b2", "a1"]
    assert "(current) (ahead, applied at" in lines[0] and "(ahead," in lines[1]
    assert "(head)" in lines[2] and "ahead" not in lines[2]
    lines = whimbrel("history", "-r", "b2:current").ok().out.splitlines()
    assert [line.split()[1].rstrip(",") for line in lines] == ["d4", "c3", "b2"]
    assert whimbrel("history", "--offline").ok().out.splitlines()[0].startswith("* b2")


def test_upgrade_says_so(ahead, database, whimbrel):
    for arguments in ([], ["--dry-run"]):
        whimbrel("upgrade", *arguments).failed(1, "ahead of these files", "d4 (applied at", "by version 2.1")


def test_who_applied_it_without_a_version(project, image, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade", env={"USER": "somebody"}).ok()
    image.older("a1")
    assert "by somebody on " in whimbrel("status").ok().out


# ---- There and back ----


def test_newer_image_again(ahead, database, whimbrel):
    whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    ahead.newer()
    status = whimbrel("status", "--json").ok().json()
    assert (status["pending"], status["problems"]) == (["c3", "d4"], [])
    whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    assert database.heads() == ["d4"]
    assert database.tables() == ["t_a1", "t_b2", "t_c3", "t_d4"]
    assert [row for row in database.ledger() if row[0] == "c3"] == [
        ("c3", "up", "done"), ("c3", "down", "done"), ("c3", "up", "done")]


def test_newer_image_with_another_file(ahead, database, whimbrel):
    """What was taken back may be changed, and is taken back by what it was changed to."""
    whimbrel("downgrade", "heads", "--yes").ok()
    path = ahead.file("c3")
    path.write_text(path.read_text().replace("t_c3", "renamed"))
    ahead.newer()
    assert whimbrel("status", "--json").ok().json()["problems"] == []
    whimbrel("upgrade").ok()
    assert database.tables() == ["renamed", "t_a1", "t_b2", "t_d4"]
    assert whimbrel("status", "--json").ok().json()["problems"] == []
    ahead.older("a1", "b2")
    whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    assert database.tables() == ["t_a1", "t_b2"]


def test_edited_file_is_seen_when_the_database_is_ahead(ahead, database, whimbrel):
    path = ahead.file("b2")
    path.write_text(path.read_text().replace("integer", "bigint"))
    kinds = {(problem["kind"], problem["revision"]) for problem in whimbrel("status", "--json").json()["problems"]}
    assert kinds == {("ahead", "d4"), ("edited", "b2")}


@pytest.mark.timeout(120)
def test_older_and_newer_at_the_same_time(project, image, database, whimbrel, tmp_path):
    """Whoever comes last has its way; nothing is half done, and nobody starts on what it does not know."""
    project.chain("a1", "b2", "c3", "d4")
    newer = tmp_path / "newer"
    newer.mkdir()
    for path in project.migrations.glob("*.sql"):
        (newer / path.name).write_bytes(path.read_bytes())
    image.older("a1", "b2")
    starters = [whimbrel.start("run", "--dir", folder, "--ahead", "downgrade", *RUN)
                for _ in range(4) for folder in (newer, project.migrations)]
    results = [starter.finish(100) for starter in starters]
    for result in results:
        assert result.code in (0, 1), result
        assert (result.out == "STARTED\n") == (result.code == 0), result
        if result.code:
            assert "d4" in result.err or "c3" in result.err
    assert database.heads() in (["b2"], ["d4"])
    assert database.tables() == [f"t_{id}" for id in ("a1", "b2", "c3", "d4")[:2 if database.heads() == ["b2"] else 4]]
    ups, downs = ([row for row in database.ledger() if row == (id, direction, "done")]
                  for id, direction in (("d4", "up"), ("d4", "down")))
    assert len(ups) - len(downs) == (1 if database.heads() == ["d4"] else 0)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.slow
def test_any_graph(project, image, database, whimbrel, seed):
    """Random revisions with branches, merges and dependencies, of which the older image has any part that is whole."""
    rng = random.Random(seed)
    ids, parents = [f"r{number:03}" for number in range(12)], {}
    for number, id in enumerate(ids):
        revises = rng.sample(ids[:number], min(number, rng.choice((0, 1, 1, 1, 1, 2))))
        depends_on = rng.sample(ids[:number], min(number, rng.choice((0, 0, 0, 1))))
        ancestors = set()
        for parent in revises:
            ancestors |= parents[parent]
        revises = [parent for parent in revises if parent not in ancestors]
        depends_on = [needed for needed in depends_on if needed not in ancestors | set(revises)]
        parents[id] = ancestors | set(revises) | {needed for one in depends_on for needed in parents[one] | {one}}
        project.revision(id, f"CREATE TABLE t_{id} (a integer);", f"DROP TABLE t_{id};", revises=revises or None,
                         depends_on=depends_on or None)
    whimbrel("upgrade", "heads").ok()
    heads = database.heads()
    kept = {ids[0]}
    for id in rng.sample(ids, 4):
        kept |= parents[id] | {id}
    image.older(*kept)
    whimbrel("run", "--ahead", "downgrade", *RUN).ok()
    assert database.tables() == sorted(f"t_{id}" for id in kept)
    assert whimbrel("status", "--json").ok().json()["up_to_date"]
    rows = database.heads()
    image.newer()
    whimbrel("upgrade", "heads").ok()
    assert database.heads() == heads
    assert database.tables() == [f"t_{id}" for id in ids]
    image.older(*kept)
    whimbrel("downgrade", "heads", "--yes", "--single-transaction").ok()
    assert database.heads() == rows
