"""What the next run makes of each kind of statement that was cut off outside of a transaction, up and down."""

import signal
import time

import pytest

from support.history import trace
from support.program import wait_until
from support.proxy import SERVER, Fault, Proxy

pytestmark = pytest.mark.engine("postgresql")

MIXED = "transaction:false"


@pytest.fixture
def base(project, database):
    """A first revision with `trace` and `item`; three rows in it, two of them alike."""
    project.revision("a1", "CREATE TABLE trace (what text); CREATE TABLE item (id integer, text text);"
                           "INSERT INTO item VALUES (1, 'one'), (2, 'two'), (3, 'two');", "DROP TABLE item, trace;")
    return database


def traced(database):
    return [row[0] for row in database.query("SELECT what FROM trace")]


def indexes(database, table="item"):
    return dict(database.query("SELECT c.relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
                               f"WHERE indrelid = '{table}'::regclass"))


def set_back(database, revision, next_statement, heads=None, direction="up"):
    """As if the run that did it had been killed behind that statement, with no note of it."""
    database.execute(f"UPDATE whimbrel_ledger SET state = 'started', next_statement = {next_statement}, "
                     f"finished_at = NULL WHERE revision = '{revision}' AND direction = '{direction}'")
    if heads:
        database.execute(f"UPDATE alembic_version SET version_num = '{heads}'")


def finished(database, head, *traces):
    assert database.heads() == [head]
    assert traced(database) == list(traces)
    assert database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []


# ---- Indexes ----

@pytest.mark.parametrize("condition", ["", "IF NOT EXISTS "])
@pytest.mark.parametrize("mixed", [False, True])
def test_index_that_failed_of_duplicates_is_built_again(base, project, whimbrel, condition, mixed):
    sql = f"CREATE UNIQUE INDEX CONCURRENTLY {condition}item_text ON item (text);"
    if mixed:
        project.revision("b2", f"{trace('b2')}; {sql} {trace('end')};", options=MIXED)
    else:
        project.revision("b2", sql)
    for _ in range(2):  # the second time it finds what the first has left
        whimbrel("upgrade").failed(1, "b2", "could not create unique index", "0002_b2.sql")
        assert base.heads() == ["a1"]
    base.execute("UPDATE item SET text = 'three' WHERE id = 3")
    whimbrel("upgrade").ok()
    finished(base, "b2", *(["b2", "end"] if mixed else []))
    assert indexes(base) == {"item_text": True}


@pytest.fixture
def blocker(base):
    """A transaction that has written to `item`: building an index waits for its end."""
    with base.connect() as connection:
        connection.execute("BEGIN")

        def block():
            connection.execute("INSERT INTO item VALUES (4, 'four')")
        block.end = lambda: connection.execute("ROLLBACK")
        yield block


@pytest.mark.parametrize("condition", ["", "IF NOT EXISTS "])
@pytest.mark.parametrize("how", ["cancelled", "terminated", "killed", "timeout", "server"])
def test_index_that_was_interrupted_is_built_again(base, project, whimbrel, blocker, condition, how):
    project.revision("b2", f"{trace('b2')}; CREATE INDEX CONCURRENTLY {condition}item_text ON item (text); "
                           f"{trace('end')};", options=MIXED + (" lock-timeout:500ms" if how == "timeout" else ""))
    whimbrel("upgrade", "a1").ok()
    blocker()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: indexes(base) == {"item_text": False})
    if how == "cancelled":
        run.signal(signal.SIGTERM)
    elif how == "killed":
        run.signal(signal.SIGKILL)
    elif how == "terminated":
        base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'")
    elif how == "server":
        base.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'")
    code = {"cancelled": 143, "killed": 137, "terminated": 4, "timeout": 1, "server": 1}[how]
    run.finish().failed(code)
    assert indexes(base) == {"item_text": False}
    if how == "killed":
        base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'")
    blocker.end()
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "end")
    assert indexes(base) == {"item_text": True}


def test_build_that_goes_on_without_its_client_is_waited_for(base, project, whimbrel, blocker):
    project.revision("b2", "CREATE INDEX CONCURRENTLY item_text ON item (text);")
    whimbrel("upgrade", "a1").ok()
    blocker()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: indexes(base) == {"item_text": False})
    run.process.kill()
    run.process.wait()
    oid = base.query("SELECT 'item_text'::regclass::oid")
    second = whimbrel.start("upgrade")
    time.sleep(0.5)
    assert second.process.poll() is None
    blocker.end()
    second.finish().ok()
    finished(base, "b2")
    assert base.query("SELECT 'item_text'::regclass::oid") == oid


def test_index_left_by_others_before_the_first_try(base, project, whimbrel):
    """Whoever left it: IF NOT EXISTS would take an INVALID index for a good one."""
    project.revision("b2", "CREATE INDEX CONCURRENTLY IF NOT EXISTS item_text ON item (text);")
    whimbrel("upgrade", "a1").ok()
    with pytest.raises(Exception, match="could not create"):
        base.execute("CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text)")
    assert indexes(base) == {"item_text": False}
    whimbrel("upgrade").ok()
    assert base.query("SELECT indisunique FROM pg_index WHERE indexrelid = 'item_text'::regclass") == [(False,)]
    finished(base, "b2")


@pytest.mark.parametrize("other", ["item (id)", "item (text DESC)", "item (text) WHERE id > 1", "item (lower(text))",
                                   "item USING hash (text)", "item (text) INCLUDE (id)"])
def test_another_index_of_that_name_is_not_taken_for_it(base, project, whimbrel, other):
    project.revision("b2", f"{trace('b2')}; CREATE INDEX CONCURRENTLY item_text ON item (text); {trace('end')};",
                     options=MIXED)
    whimbrel("upgrade").ok()
    base.execute(f"DROP INDEX item_text; CREATE INDEX item_text ON {other}; DELETE FROM trace WHERE what = 'end'")
    set_back(base, "b2", 1, heads="a1")
    whimbrel("upgrade").failed(1, "already exists", "item_text")
    base.execute("DROP INDEX item_text")
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "end")


@pytest.mark.parametrize("sql", [
    "CREATE INDEX CONCURRENTLY item_text ON item (text)",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS item_text ON public.item USING btree (text)",
    "create unique index concurrently \"item_text\" on only item (id, (lower(text)) desc nulls last) where id > 0",
    "CREATE INDEX CONCURRENTLY item_text ON item (id) INCLUDE (text) WITH (fillfactor = 70)",
    "CREATE INDEX CONCURRENTLY item_text ON \"item\" /* why */ (text COLLATE \"C\" text_pattern_ops)",
])
def test_index_that_was_finished_but_not_recorded_is_gone_past(base, project, whimbrel, sql):
    project.revision("b2", f"{trace('b2')}; {sql}; {trace('end')};", options=MIXED)
    whimbrel("upgrade").ok()
    oid = base.query("SELECT 'item_text'::regclass::oid")
    base.execute("DELETE FROM trace WHERE what = 'end'")
    set_back(base, "b2", 1, heads="a1")
    result = whimbrel("upgrade").ok()
    assert "item_text" in result.err
    finished(base, "b2", "b2", "end")
    assert base.query("SELECT 'item_text'::regclass::oid") == oid


@pytest.mark.parametrize("condition", ["", "IF EXISTS "])
@pytest.mark.parametrize("recorded", ["nothing", "done"])
def test_drop_index(base, project, whimbrel, condition, recorded):
    project.revision("b2", "CREATE INDEX item_text ON item (text);")
    project.revision("c3", f"{trace('c3')}; DROP INDEX CONCURRENTLY {condition}item_text; {trace('end')};",
                     options=MIXED)
    whimbrel("upgrade").ok()
    base.execute("DELETE FROM trace WHERE what = 'end'")
    if recorded == "nothing":
        base.execute("CREATE INDEX item_text ON item (text)")
    set_back(base, "c3", 1, heads="b2")
    whimbrel("upgrade").ok()
    finished(base, "c3", "c3", "end")
    assert indexes(base) == {}


def test_drop_index_that_was_interrupted(base, project, whimbrel, blocker):
    project.revision("b2", "CREATE INDEX item_text ON item (text);")
    project.revision("c3", "DROP INDEX CONCURRENTLY item_text;")
    whimbrel("upgrade", "b2").ok()
    blocker()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: base.activity("DROP INDEX CONCURRENTLY%"))
    run.signal(signal.SIGINT)
    run.finish().failed(130)
    blocker.end()
    whimbrel("upgrade").ok()
    finished(base, "c3")
    assert indexes(base) == {}


def test_reindex_leaves_no_copies(base, project, whimbrel, blocker):
    project.revision("b2", "CREATE INDEX item_text ON item (text);")
    project.revision("c3", f"{trace('c3')}; REINDEX INDEX CONCURRENTLY item_text; {trace('end')};", options=MIXED)
    whimbrel("upgrade", "b2").ok()
    blocker()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: "item_text_ccnew" in indexes(base))
    run.process.kill()
    run.process.wait()
    base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'REINDEX%'")
    blocker.end()
    whimbrel("upgrade").ok()
    finished(base, "c3", "c3", "end")
    assert indexes(base) == {"item_text": True}


def test_several_copies_of_a_reindexed_table(base, project, whimbrel, blocker):
    """REINDEX TABLE has one per index under way."""
    project.revision("b2", "CREATE INDEX item_text ON item (text); CREATE INDEX item_id ON item (id);")
    project.revision("c3", "REINDEX TABLE CONCURRENTLY item;")
    whimbrel("upgrade", "b2").ok()
    blocker()
    run = whimbrel.start("upgrade")
    assert wait_until(lambda: {"item_text_ccnew", "item_id_ccnew"} <= set(indexes(base)))
    run.signal(signal.SIGTERM)
    run.finish().failed(143)
    blocker.end()
    whimbrel("upgrade").ok()
    finished(base, "c3")
    assert indexes(base) == {"item_text": True, "item_id": True}


# ---- Partitions, types, VACUUM ----

@pytest.mark.parametrize("how", ["killed", "cancelled"])
def test_partition_that_is_half_detached(base, project, whimbrel, how):
    needs_detach_concurrently(base)
    project.revision("b2", "CREATE TABLE parts (id integer) PARTITION BY RANGE (id);"
                           "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);")
    project.revision("c3", f"{trace('c3')}; ALTER TABLE parts DETACH PARTITION part_1 CONCURRENTLY; {trace('end')};",
                     options=MIXED)
    whimbrel("upgrade", "b2").ok()
    with base.connect() as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT * FROM parts")
        run = whimbrel.start("upgrade")
        assert wait_until(lambda: base.query("SELECT inhdetachpending FROM pg_inherits") == [(True,)])
        run.signal(signal.SIGKILL if how == "killed" else signal.SIGTERM)
        run.finish().failed(137 if how == "killed" else 143)
        base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE parts%'")
        assert base.query("SELECT inhdetachpending FROM pg_inherits") == [(True,)]
    whimbrel("upgrade").ok()
    finished(base, "c3", "c3", "end")
    assert base.query("SELECT * FROM pg_inherits") == []


def needs_detach_concurrently(database):
    if database.version < 14:
        pytest.skip("DETACH PARTITION CONCURRENTLY came with PostgreSQL 14")


def test_detach_that_the_server_does_not_know(base, project, whimbrel):
    if base.version >= 14:
        pytest.skip("this server knows DETACH PARTITION CONCURRENTLY")
    project.revision("b2", "ALTER TABLE parts DETACH PARTITION part_1 CONCURRENTLY;")
    whimbrel("upgrade").failed(1, "syntax error", "0002_b2.sql")


# A statement, and how it is undone; a label commits together with its record.
SETTLED = [
    ("ALTER TYPE mood ADD VALUE 'glad'", None, [False]),
    ("ALTER TYPE mood ADD VALUE 'glad' BEFORE 'sad'", None, [False]),
    ("VACUUM (ANALYZE) item", None, [False, True]),
    ("ALTER SYSTEM SET work_mem = '5MB'", "ALTER SYSTEM RESET work_mem", [False, True]),
    ("CREATE DATABASE {other}", "DROP DATABASE {other}", [False, True]),
    ("ALTER TABLE parts DETACH PARTITION part_1 CONCURRENTLY", None, [False, True]),
]


@pytest.mark.parametrize("sql, undo, happened",
                         [(sql, undo, happened) for sql, undo, all in SETTLED for happened in all])
def test_done_or_not_goes_on(base, project, whimbrel, sql, undo, happened):
    """Cut off right before it or right after it: either is found out, or doing it twice is as good as once."""
    if "DETACH" in sql:
        needs_detach_concurrently(base)
    sql, undo = (each and each.format(other=f"{base.name}_other") for each in (sql, undo))
    project.revision("b2", "CREATE TYPE mood AS ENUM ('sad');"
                           "CREATE TABLE parts (id integer) PARTITION BY RANGE (id);"
                           "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);")
    project.revision("c3", f"{trace('c3')}; {sql}; {trace('end')};", options=MIXED)
    whimbrel("upgrade", "b2").ok()
    base.execute("ALTER TABLE trace ADD CONSTRAINT no CHECK (what <> 'end')")
    try:
        whimbrel("upgrade").failed(1, "no")
        if not happened:
            undo_by_hand(base, sql, undo)
        base.execute("ALTER TABLE trace DROP CONSTRAINT no")
        set_back(base, "c3", 1)
        whimbrel("upgrade").ok()
        finished(base, "c3", "c3", "end")
    finally:
        if undo:
            with base._connect("postgres") as connection:
                connection.execute(undo)


def undo_by_hand(database, sql, undo):
    if undo:
        database.execute(undo)
    elif sql.startswith("ALTER TYPE"):
        database.execute("DROP TYPE mood; CREATE TYPE mood AS ENUM ('sad')")
    elif "DETACH" in sql:
        database.execute("ALTER TABLE parts ATTACH PARTITION part_1 FOR VALUES FROM (1) TO (10)")


# ---- What can't be known ----

PROCEDURE = """CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO trace VALUES ('filled');
    COMMIT;
    IF EXISTS (SELECT FROM item WHERE id = 3) THEN RAISE 'three is in the way'; END IF;
END $$;"""


@pytest.fixture
def half_way(base, project, whimbrel):
    """Stopped inside of a procedure, which has committed a row."""
    project.revision("b2", PROCEDURE)
    project.revision("c3", f"{trace('c3')}; CALL fill(); {trace('end')};", options=MIXED)
    project.revision("d4", f"{trace('d4')};")
    whimbrel("upgrade").failed(1, "three is in the way", "c3")
    for _ in range(2):
        result = whimbrel("upgrade").failed(6, "resolve c3 --done", "resolve c3 --redo", "CALL fill()", "0003_c3.sql")
    assert traced(base) == ["c3", "filled"]
    assert base.heads() == ["b2"]
    assert result.err.count("filled") == 0
    base.execute("DELETE FROM item WHERE id = 3")
    return base


def test_resolve_done(half_way, whimbrel):
    whimbrel("resolve", "c3", "--done").ok()
    whimbrel("upgrade").ok()
    finished(half_way, "d4", "c3", "filled", "end", "d4")
    whimbrel("resolve", "c3", "--done").failed(1, "nothing to resolve")


def test_resolve_redo(half_way, whimbrel):
    whimbrel("resolve", "c3", "--redo").ok()
    whimbrel("upgrade").ok()
    finished(half_way, "d4", "c3", "filled", "filled", "end", "d4")


def test_resolve_the_first_statement(base, project, whimbrel):
    project.revision("b2", PROCEDURE)
    project.revision("c3", f"CALL fill(); {trace('end')};", options=MIXED)
    whimbrel("upgrade").failed(1, "three is in the way")
    whimbrel("upgrade").failed(6, "resolve c3 --done")
    base.execute("DELETE FROM item WHERE id = 3")
    whimbrel("resolve", "c3", "--redo").ok()
    whimbrel("upgrade").ok()
    finished(base, "c3", "filled", "filled", "end")


def test_resolve_the_last_statement(base, project, whimbrel):
    project.revision("b2", PROCEDURE)
    project.revision("c3", f"{trace('c3')}; CALL fill();", options=MIXED)
    whimbrel("upgrade").failed(1, "three is in the way")
    whimbrel("resolve", "c3", "--done").ok()
    whimbrel("upgrade").ok()
    finished(base, "c3", "c3", "filled")


def test_run_does_not_start_what_waits_for_a_person(half_way, whimbrel):
    result = whimbrel("run", "--", "echo", "STARTED").failed(6, "resolve c3 --done")
    assert "STARTED" not in result.out


def test_status_names_what_waits_for_a_person(half_way, whimbrel):
    assert "c3" in str(whimbrel("status", "--json").ok().json()["problems"])


@pytest.mark.parametrize("resolution", ["--done", "--redo"])
def test_down_that_waits_for_a_person(base, project, whimbrel, resolution):
    project.revision("b2", PROCEDURE)
    project.revision("c3", f"{trace('c3')};", f"{trace('down')}; CALL fill(); {trace('end')};", options=MIXED,
                     down_options=MIXED)
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "-1", "--yes").failed(1, "three is in the way")
    whimbrel("downgrade", "-1", "--yes").failed(6, "resolve c3 --done", "resolve c3 --redo")
    base.execute("DELETE FROM item WHERE id = 3")
    whimbrel("resolve", "c3", resolution).ok()
    whimbrel("downgrade", "-1", "--yes").ok()
    again = ["filled"] if resolution == "--redo" else []
    finished(base, "b2", "c3", "down", "filled", *again, "end")
    whimbrel("upgrade").ok()
    finished(base, "c3", "c3", "down", "filled", *again, "end", "c3")


# ---- What the session had been told ----

@pytest.mark.parametrize("setting", ["SET search_path = app, public", "SELECT set_config('search_path', 'app, public', false)"])
@pytest.mark.parametrize("how", ["failed", "killed"])
def test_session_is_set_up_again(base, project, whimbrel, blocker, setting, how):
    """The next run has a session of its own: what follows a SET must not go elsewhere for that."""
    base.execute("CREATE SCHEMA app; CREATE TABLE app.item (id integer, text text)")
    project.revision("b2", f"{setting}; {trace('b2')}; RESET search_path; {setting};"
                           "CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text);"
                           f"ALTER TABLE item ADD COLUMN size integer; {trace('end')};", options=MIXED)
    whimbrel("upgrade", "a1", "--adopt", "base").ok()
    if how == "failed":
        base.execute("INSERT INTO app.item VALUES (1, 'x'), (2, 'x')")
        whimbrel("upgrade").failed(1, "could not create unique index")
        base.execute("DELETE FROM app.item")
    else:
        with base.connect() as other:
            other.execute("BEGIN")
            other.execute("INSERT INTO app.item VALUES (1, 'x')")
            run = whimbrel.start("upgrade")
            assert wait_until(lambda: indexes(base, "app.item") == {"item_text": False})
            run.process.kill()
            run.process.wait()
            base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX%'")
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "end")
    assert indexes(base) == {} and indexes(base, "app.item") == {"item_text": True}
    assert base.columns("item") == ["id", "text"] and base.columns("app.item") == ["id", "text", "size"]


# ---- Edits, and the way back ----

def test_section_that_was_edited_in_between_is_refused(base, project, whimbrel):
    unique = "CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text)"
    path = project.revision("b2", f"{trace('b2')}; {unique}; {trace('end')};", options=MIXED)
    whimbrel("upgrade").failed(1, "could not create unique index")
    original = path.read_text()
    base.execute("DELETE FROM item WHERE id = 3")
    path.write_text(original.replace(trace("b2"), trace("other")))
    whimbrel("upgrade").failed(6, "edited", "b2")
    assert traced(base) == ["b2"]
    path.write_text(original.replace("; ", ";\n\n-- a comment is no edit\n"))
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "end")


def test_first_statement_may_be_edited_as_long_as_nothing_is_done(base, project, whimbrel):
    path = project.revision("b2", "CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text);")
    whimbrel("upgrade").failed(1, "could not create unique index")
    path.write_text(path.read_text().replace("UNIQUE ", ""))
    whimbrel("upgrade").ok()
    finished(base, "b2")


def test_down_that_was_cut_off_is_carried_on(base, project, whimbrel, blocker):
    project.revision("b2", f"CREATE INDEX CONCURRENTLY item_text ON item (text); {trace('b2')};",
                     f"{trace('down')}; DROP INDEX CONCURRENTLY item_text; {trace('end')};", options=MIXED,
                     down_options=MIXED)
    whimbrel("upgrade").ok()
    blocker()
    run = whimbrel.start("downgrade", "-1", "--yes")
    assert wait_until(lambda: base.activity("DROP INDEX CONCURRENTLY%"))
    run.process.kill()
    run.process.wait()
    base.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DROP INDEX%'")
    blocker.end()
    assert base.heads() == ["b2"]
    whimbrel("downgrade", "-1", "--yes").ok()
    finished(base, "a1", "b2", "down", "end")
    assert indexes(base) == {}
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "down", "end", "b2")


def test_upgrade_after_a_down_that_was_cut_off(base, project, whimbrel):
    """Half of the way back is done, whatever the heads say: that is not the schema the application expects."""
    project.revision("b2", f"CREATE TABLE extra (id integer); {trace('b2')};",
                     "DROP TABLE extra; CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text);",
                     down_options=MIXED)
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "-1", "--yes").failed(1, "could not create unique index")
    assert base.heads() == ["b2"] and base.tables() == ["item", "trace"]
    for mode in ("apply", "check"):
        result = whimbrel("run", "--mode", mode, "--", "echo", "STARTED").failed(6, "b2", "on its way down")
        assert "STARTED" not in result.out
    whimbrel("upgrade").failed(6, "b2", "on its way down", "whimbrel downgrade -1")
    assert "on its way down" in str(whimbrel("status", "--json").ok().json()["problems"])
    base.execute("DELETE FROM item WHERE id = 3")
    whimbrel("downgrade", "-1", "--yes").ok()
    whimbrel("upgrade").ok()
    assert base.tables() == ["extra", "item", "trace"]
    assert whimbrel("status", "--json").ok().json()["problems"] == []


def test_downgrade_below_an_up_that_was_cut_off(base, project, whimbrel):
    """What is below would take along what the half of it has made, and the next upgrade would skip that half."""
    project.revision("b2", "ALTER TABLE item ADD COLUMN size integer;"
                           "CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text);", "DROP INDEX item_text;"
                           "ALTER TABLE item DROP COLUMN size;", options=MIXED)
    whimbrel("upgrade").failed(1, "could not create unique index")
    whimbrel("downgrade", "base", "--yes").failed(6, "b2", "on its way up", "whimbrel upgrade")
    base.execute("DELETE FROM item WHERE id = 3")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "base", "--yes").ok()
    assert base.tables() == []


# ---- Told to stop just when a statement is through ----

def test_signal_between_a_statement_and_its_record(base, project, whimbrel, cluster):
    """The statement is done: another try of it would fail of what it has made."""
    project.revision("b2", f"{trace('b2')}; CREATE INDEX CONCURRENTLY item_text ON item (text); {trace('end')};", options=MIXED)
    whimbrel("upgrade", "a1").ok()
    with Proxy(cluster) as proxy:
        # The answer to the index is held back until the signal has been seen, too late for its request to cancel anything.
        proxy.fault = Fault("delay", SERVER, pattern=rb"^C....CREATE INDEX\0", seconds=0.5)
        run = whimbrel.start("upgrade", "--url", proxy.url(base.name))
        assert proxy.fault.struck.wait(20)
        run.signal(signal.SIGTERM)
        result = run.finish()
    assert result.code in (0, 143), result
    assert base.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'item_text'::regclass") == [(True,)]
    if result.code:
        [(state, position)] = base.ledger("state, next_statement || ' ' || revision")[-1:]
        assert position == "2 b2", (state, position)
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2", "end")


# ---- A revision that gives the lock away ----

@pytest.mark.parametrize("sql, options", [
    ("SELECT pg_advisory_unlock_all()", ""), ("SELECT pg_advisory_unlock_all()", MIXED), ("DISCARD ALL", MIXED)])
def test_lock_that_a_revision_gives_away(base, project, whimbrel, sql, options):
    project.revision("b2", f"{sql}; {trace('b2')}; SELECT pg_sleep(1); {trace('end')};", options=options)
    project.revision("c3", f"{trace('c3')};")
    starters = [whimbrel.start("upgrade")]
    assert wait_until(lambda: base.activity("%pg_sleep%"))
    starters.append(whimbrel.start("upgrade"))
    assert [starter.finish().code for starter in starters] == [0, 0]
    finished(base, "c3", "b2", "end", "c3")


def test_session_is_not_set_up_with_what_was_discarded(base, project, whimbrel):
    base.execute("CREATE SCHEMA app; CREATE TABLE app.item (id integer, text text)")
    project.revision("b2", f"SET search_path = app, public; {trace('b2')}; DISCARD ALL; "
                           "CREATE UNIQUE INDEX CONCURRENTLY item_text ON item (text);", options=MIXED)
    whimbrel("upgrade", "a1", "--adopt", "base").ok()
    whimbrel("upgrade").failed(1, "could not create unique index")
    base.execute("DELETE FROM public.item")
    whimbrel("upgrade").ok()
    finished(base, "b2", "b2")
    assert indexes(base, "app.item") == {} and indexes(base) == {"item_text": True}
