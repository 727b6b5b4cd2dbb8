"""What steps share on one session: settings, prepared statements, messages; and that each step still stands by itself."""

import pytest

from support.proxy import CLIENT, Fault, Proxy

pytestmark = pytest.mark.engine("postgresql")

MODES = pytest.mark.parametrize("mode", [[], ["--single-transaction"]], ids=["each", "single"])
NOTE = "INSERT INTO notes SELECT '{id}', current_setting('lock_timeout'), current_setting('statement_timeout');"
SPOIL = ("CREATE FUNCTION spoil() RETURNS text LANGUAGE plpgsql AS "
         "$$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN 'spoilt'; END $$;")


@pytest.fixture
def notes(project, database):
    """Revisions that note the timeouts they ran with."""
    project.config(lock_timeout="7s", statement_timeout="70s")
    project.revision("a1", "CREATE TABLE notes (id text, lock_timeout text, statement_timeout text);"
                     + NOTE.format(id="a1"))

    def note(id, sql="", **options):
        return project.revision(id, sql + NOTE.format(id=id), **options)

    return note


def noted(database):
    return {id: (lock, statement) for id, lock, statement in database.query("SELECT * FROM notes")}


@MODES
@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pooled"])
def test_each_step_has_its_own_timeouts(project, database, whimbrel, pgbouncer, notes, mode, pooled):
    if pooled:
        project.config(url=pgbouncer("transaction").url(database.name), lock_timeout="7s", statement_timeout="70s")
    notes("b2", options="lock-timeout:3s")
    notes("c3")
    notes("d4", "SET lock_timeout = '1s'; SET statement_timeout = '1min';")
    notes("e5")
    notes("f6", "SET LOCAL lock_timeout = '2s';")
    notes("a7")
    whimbrel("upgrade", *mode).ok()
    usual = ("7s", "70s")
    found = noted(database)
    if mode:
        assert found.pop("a7") in (usual, ("2s", "70s")), "SET LOCAL lasts as long as the one transaction"
    assert {id: found[id] for id in ("a1", "b2", "c3", "d4", "e5", "f6")} == {
        "a1": usual, "b2": ("3s", "70s"), "c3": usual, "d4": ("1s", "1min"), "e5": usual, "f6": ("2s", "70s")}
    if not mode:
        assert found["a7"] == usual


def test_a_step_outside_of_transactions_comes_between(project, database, whimbrel, notes):
    notes("b2")
    project.revision("c3", "DISCARD ALL;", options="transaction:false")
    notes("d4")
    project.revision("e5", "CREATE INDEX CONCURRENTLY i ON notes (id);")
    notes("f6")
    whimbrel("upgrade").ok()
    assert noted(database) == dict.fromkeys(["a1", "b2", "d4", "f6"], ("7s", "70s"))
    assert sorted(database.ledger("revision, state")) == [
        (id, "done") for id in ("a1", "b2", "c3", "d4", "e5", "f6")]


@MODES
def test_prepared_statements_may_be_dropped(project, database, whimbrel, mode):
    project.chain("a1", "b2")
    project.revision("c3", "DEALLOCATE ALL;")
    project.chain("d4")
    project.revision("e5", SPOIL + "CREATE TABLE t_e5 AS SELECT spoil();")
    project.chain("f6")
    project.revision("a7", "SELECT spoil();")
    project.revision("b8", "SELECT spoil();")
    project.chain("c9")
    result = whimbrel("upgrade", *mode).ok()
    assert "tried again" not in result.err
    assert database.heads() == ["c9"]
    assert database.tables() == ["t_a1", "t_b2", "t_c9", "t_d4", "t_e5", "t_f6"]
    assert sorted(database.ledger("revision, state")) == [
        (id, "done") for id in ("a1", "a7", "b2", "b8", "c3", "c9", "d4", "e5", "f6")]


@MODES
def test_an_error_in_any_position_is_told_with_its_place(project, database, whimbrel, mode):
    ids = [f"r{number}" for number in range(1, 8)]
    for id in ids:
        project.revision(id, f"CREATE TABLE t_{id} (a integer);\n\nINSERT INTO t_{id}\n  VALUES (1);")
    for number, id in enumerate(ids):
        path = next(project.migrations.glob(f"*_{id}.sql"))
        good = path.read_text()
        path.write_text(good.replace("VALUES (1)", "VALUES ('x')"))
        line = path.read_text().splitlines().index("  VALUES ('x');") + 1
        result = whimbrel("upgrade", *mode).failed(1, f"{path.name}:{line}:11", "22P02", f"revision {id}")
        assert f"upgrade {id} failed" in result.err
        assert database.heads() == ([ids[number - 1]] if number and not mode else [])
        assert ("failed" in [state for revision, state in database.ledger("revision, state") if revision == id])
        path.write_text(good)
    whimbrel("upgrade", *mode).ok()
    assert database.heads() == [ids[-1]]


@MODES
def test_many_steps_with_data_of_copy_among_them(project, database, whimbrel, mode):
    ids = [f"r{number:03d}" for number in range(200)]
    project.revision("first", "CREATE TABLE t (id text, size integer);")
    for number, id in enumerate(ids):
        if number % 50 == 7:
            project.revision(id, f"COPY t FROM stdin;\n{id}\t0\n\\.\n")
        else:  # some large enough to fill a message
            project.revision(id, f"INSERT INTO t VALUES ('{id}', length('{'x' * (number % 9 * 10000)}'));")
    whimbrel("upgrade", *mode).ok()
    assert [id for id, in database.query("SELECT id FROM t ORDER BY ctid")] == ids
    assert len(database.ledger()) == len(ids) + 1
    assert database.heads() == [ids[-1]]


def test_a_failed_step_and_a_stamp_are_recorded_as_such(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "SELECT * FROM nowhere;")
    whimbrel("upgrade").failed(1)
    whimbrel("stamp", "b2").ok()
    assert database.query("SELECT revision, state FROM whimbrel_ledger ORDER BY id") == [
        ("a1", "done"), ("b2", "failed"), ("b2", "resolved")]
    (error,), = database.query("SELECT error FROM whimbrel_ledger WHERE state = 'failed'")
    assert "nowhere" in error


# ---- Several steps in one message ----

NEVER = 1 << 30


def test_steps_share_messages(project, database, whimbrel, cluster):
    """Where the server looks after its client: it would be at what the client had sent when it was killed for long."""
    project.chain(*(f"r{number:02d}" for number in range(40)))
    with Proxy(cluster) as proxy:
        proxy.fault = Fault("delay", CLIENT, pattern=rb"^S\x00\x00\x00\x04$", at=NEVER)
        whimbrel("upgrade", "--url", proxy.url(database.name)).ok()
        messages = NEVER - proxy.fault.left
    assert database.heads() == ["r39"] and len(database.ledger()) == 40
    assert messages < 20 if database.watches_clients else messages >= 40, messages


def test_heads_that_change_within_a_message(project, database, whimbrel):
    """Somebody else's work, or a revision's: what follows is not run, though its COMMIT is on the way."""
    project.chain("a1")
    project.revision("b2", "CREATE TABLE t_b2 (a integer); UPDATE alembic_version SET version_num = 'a1';",
                     down="DROP TABLE t_b2;")
    project.chain("c3", "d4")
    result = whimbrel("upgrade").failed(1, "upgrade b2 failed", "already exists")
    assert database.tables() == ["t_a1", "t_b2"] and database.heads() == ["a1"], result
    assert database.ledger("revision, state") == [("a1", "done"), ("b2", "done"), ("b2", "failed")]


def test_heads_that_are_gone_within_a_message(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", "CREATE TABLE t_b2 (a integer); DELETE FROM alembic_version;")
    project.chain("c3")
    whimbrel("upgrade").failed(1, "upgrade a1 failed", "already exists")
    assert database.tables() == ["t_a1", "t_b2"] and database.heads() == []


def test_a_step_in_the_middle_is_tried_again(project, database, whimbrel):
    """And so is no other: those before it are done, those behind it were not run."""
    project.revision("a1", "CREATE TABLE item (id integer); CREATE TABLE trace (what text);")
    whimbrel("upgrade").ok()
    for id in ("b2", "c3", "d4", "e5"):
        wait = "ALTER TABLE item ADD COLUMN more integer;" if id == "d4" else ""
        project.revision(id, f"INSERT INTO trace VALUES ('{id}'); {wait}")
    with database.connect() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM item")
        run = whimbrel.start("upgrade", "--lock-timeout", "200ms")
        run.wait_for("tried again")
        assert database.heads() == ["c3"] and "[2/4] upgrade c3" in run.text()
        reader.execute("COMMIT")
    result = run.finish().ok()
    assert database.query("SELECT what FROM trace ORDER BY what") == [("b2",), ("c3",), ("d4",), ("e5",)]
    assert [line.split("] upgrade ")[1][:2] for line in result.err.splitlines() if "] upgrade " in line and
            "tried again" not in line] == ["b2", "c3", "d4", "e5"]


def test_deferred_constraint_within_a_message(project, database, whimbrel):
    """It is the COMMIT that fails, with others behind it."""
    project.revision("a1", "CREATE TABLE item (id integer PRIMARY KEY, parent integer REFERENCES item "
                           "DEFERRABLE INITIALLY DEFERRED);")
    project.revision("b2", "INSERT INTO item VALUES (1, 7);")
    project.chain("c3")
    whimbrel("upgrade").failed(1, "revision b2", "23503", "the database is at a1")
    assert database.heads() == ["a1"] and database.tables() == ["item"]
    assert database.query("SELECT count(*) FROM item") == [(0,)]


def test_each_step_is_told_when_it_is_done(project, database, whimbrel):
    """Not when the message is."""
    project.chain("a1")
    project.revision("b2", "SELECT pg_sleep(2);")
    project.chain("c3")
    run = whimbrel.start("upgrade")
    run.wait_for("[1/3] upgrade a1")
    assert database.heads() == ["a1"] and "b2" not in run.text()
    result = run.finish().ok()
    (line,) = [line for line in result.err.splitlines() if "[2/3]" in line]
    assert line.endswith(": 2.0 s"), line


# ---- Nothing to do ----

@pytest.mark.parametrize("command", [["upgrade"], ["run", "--", "true"], ["run", "--mode", "check", "--", "true"]])
def test_nothing_to_do_is_one_query(project, database, whimbrel, cluster, command):
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    with Proxy(cluster) as proxy:
        proxy.fault = Fault("delay", CLIENT, pattern=rb"^P", at=NEVER)
        result = whimbrel(command[0], "--url", proxy.url(database.name), *command[1:]).ok()
        assert NEVER - proxy.fault.left == 1, result
