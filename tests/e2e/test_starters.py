"""Any number of starters at once: one applies, the others wait, all succeed."""

import pytest

# Above that many processes at once even the start of the last takes longer than the first one's whole run.
COUNTS = [2, 8, pytest.param(64, marks=pytest.mark.slow)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("command", ["upgrade", "run"])
def test_all_succeed_and_each_revision_ran_once(project, database, whimbrel, count, command):
    ids = project.chain(*[f"r{number}" for number in range(5)], trace="trace")
    arguments = ["run", "--", "echo", "STARTED"] if command == "run" else ["upgrade"]
    starters = [whimbrel.start(*arguments) for _ in range(count)]
    results = [starter.finish(200) for starter in starters]
    assert [result.code for result in results] == [0] * count, [str(result) for result in results if result.code][:3]
    if command == "run":
        assert all(result.out == "STARTED\n" for result in results)
    assert sorted(database.query("SELECT revision FROM trace")) == [(id,) for id in ids]
    assert sorted(database.ledger("revision, state")) == [(id, "done") for id in ids]
    assert database.heads() == ["r4"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("count", COUNTS)
def test_sqlite_in_wal_mode(project, database, whimbrel, count):
    database.execute("PRAGMA journal_mode = wal")
    ids = project.chain("a1", "b2", trace="trace")
    results = [starter.finish(200) for starter in [whimbrel.start("upgrade") for _ in range(count)]]
    assert [result.code for result in results] == [0] * count, [str(result) for result in results if result.code][:3]
    assert sorted(database.query("SELECT revision FROM trace")) == [(id,) for id in ids]


@pytest.mark.engine("postgresql")
@pytest.mark.slow
def test_concurrent_index_while_others_wait(project, database, whimbrel):
    """A waiter in a blocked pg_advisory_lock would hold a snapshot that the index waits for: a deadlock."""
    project.chain("a1", trace="trace")
    project.revision("b2", "CREATE INDEX CONCURRENTLY t_a1_id ON t_a1 (id);")
    project.revision("c3", "SELECT pg_sleep(0.3);")
    results = [starter.finish(60) for starter in [whimbrel.start("upgrade") for _ in range(12)]]
    assert [result.code for result in results] == [0] * 12, [str(result) for result in results if result.code][:3]
    assert database.query("SELECT count(*) FROM trace") == [(1,)]
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a1_id'::regclass") == [(True,)]


@pytest.mark.engine("postgresql")
def test_one_that_fails_leaves_the_others_the_same_error(project, database, whimbrel):
    project.chain("a1", trace="trace")
    project.revision("b2", "SELECT 1/0;")
    results = [starter.finish(60) for starter in [whimbrel.start("run", "--", "echo", "STARTED") for _ in range(6)]]
    assert {result.code for result in results} == {1}
    assert all("division by zero" in result.err and "STARTED" not in result.out for result in results)
    assert database.query("SELECT count(*) FROM trace") == [(1,)]
    assert database.locks() == []
