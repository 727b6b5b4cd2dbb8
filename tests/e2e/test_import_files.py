"""
`whimbrel import TOOL FOLDER` and `stamp --from TOOL`: the files of other tools as revisions, and databases that those
tools have brought somewhere.
"""

import pytest

from support.program import with_file_limit

TABLES = ["one", "three", "two"]

DBMATE = {
    "20240101000000_one.sql": "-- migrate:up\nCREATE TABLE one (id integer);\n\n-- migrate:down\nDROP TABLE one;\n",
    "20240102000000_two_and_more.sql": ("-- a comment\n-- migrate:up transaction:false\nCREATE TABLE two (id integer);\n"
                                        "-- migrate:down transaction:false\nDROP TABLE two;\n"),
    "20240103000000_three.sql": "-- migrate:up\r\nCREATE TABLE three (id integer);\r\n-- migrate:down\r\nDROP TABLE three;\r\n",
    "README.md": "not a migration",
}
GOOSE = {
    "00001_one.sql": "-- +goose Up\nCREATE TABLE one (id integer);\n-- +goose Down\nDROP TABLE one;\n",
    "00002_two.sql": ("-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE two (id integer);\n"
                      "-- +goose StatementEnd\n\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE two;\n"
                      "-- +goose StatementEnd\n"),
    "00010_three.sql": "-- +goose up\nCREATE TABLE three (id integer);\n-- +goose down\nDROP TABLE three;\n",
}
GOLANG_MIGRATE = {
    "000001_one.up.sql": "BEGIN;\nCREATE TABLE one (id integer);\nCOMMIT;\n",
    "000001_one.down.sql": "BEGIN;\nDROP TABLE one;\nCOMMIT;\n",
    "000002_two.up.sql": "CREATE TABLE two (id integer)",
    "000002_two.down.sql": "DROP TABLE two",
    "000010_three.up.sql": "CREATE TABLE three (id integer);",
    "000010_three.down.sql": "DROP TABLE three;",
}
FLYWAY = {
    "V1__one.sql": "CREATE TABLE one (id integer);",
    "U1__one.sql": "DROP TABLE one;",
    "core/V1_2__two.sql": "CREATE TABLE two (id integer);",
    "core/U1_2__two.sql": "DROP TABLE two;",
    "V1.10__three.sql": "CREATE TABLE three (id integer);",
    "V1.10__three.sql.conf": "executeInTransaction=false\n",
    "U1.10__three.sql": "DROP TABLE three;",
}
SQITCH = {
    "sqitch.plan": ("%syntax-version=1.0.0\n%project=shop\n\none 2024-01-01T10:00:00Z Ann <a@example.org> # the first\n"
                    "two [one] 2024-01-02T10:00:00Z Ann <a@example.org> # the second\n@v1 2024-01-02T11:00:00Z Ann <a@e> # tag\n\n"
                    "three [two other:thing] 2024-01-03T10:00:00Z Ann <a@example.org>\n"),
    **{f"deploy/{name}.sql": f"-- Deploy shop:{name} to pg\n\nBEGIN;\n\nCREATE TABLE {name} (id integer);\n\nCOMMIT;\n"
       for name in TABLES},
    **{f"revert/{name}.sql": f"BEGIN;\nDROP TABLE {name};\nCOMMIT;\n" for name in TABLES},
}
TOOLS = {
    "dbmate": (DBMATE, ["20240101000000", "20240102000000", "20240103000000"]),
    "goose": (GOOSE, ["1", "2", "10"]),
    "golang-migrate": (GOLANG_MIGRATE, ["1", "2", "10"]),
    "flyway": (FLYWAY, ["1", "1.2", "1.10"]),
    "sqitch": (SQITCH, ["one", "two", "three"]),
}
# The history tables as the tools make them, after the first two.
HISTORY = {
    "dbmate": ["CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
               "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')"],
    "goose": ["CREATE TABLE goose_db_version (id integer PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, "
              "tstamp timestamp DEFAULT CURRENT_TIMESTAMP)",
              "INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (1, 0, true), (2, 1, true), (3, 2, true), "
              "(4, 10, true), (5, 10, false)"],
    "golang-migrate": ["CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)",
                       "INSERT INTO schema_migrations VALUES (2, false)"],
    "flyway": ["CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), description "
               "varchar(200), type varchar(20), script varchar(1000), success boolean NOT NULL)",
               "INSERT INTO flyway_schema_history VALUES (1, '1', '<< Flyway Baseline >>', 'BASELINE', 'x', true), "
               "(2, '1.2', 'two', 'SQL', 'x', true), (3, '1.10', 'three', 'SQL', 'x', true), "
               "(4, '1.10', 'three', 'UNDO_SQL', 'x', true), (5, NULL, 'view', 'SQL', 'R__view.sql', true)"],
    "sqitch": ["CREATE SCHEMA sqitch",
               "CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, change text, committed_at timestamptz)",
               "INSERT INTO sqitch.changes VALUES ('b', 'two', '2024-02-02'), ('a', 'one', '2024-02-01')"],
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")


def import_into(whimbrel, tool, files, **options):
    write(whimbrel.folder / "old", files)
    return whimbrel("import", tool, "old", **options)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.slow
def test_files_become_revisions(project, database, whimbrel, tool):
    files, ids = TOOLS[tool]
    result = import_into(whimbrel, tool, files).ok()
    assert "wrote 3 revisions into migrations" in result.out
    whimbrel("upgrade").ok()
    assert database.tables() == TABLES and database.heads() == ids[-1:]
    assert [row[0] for row in database.ledger("revision, id")] == ids
    whimbrel("downgrade", "-1", "--yes").ok()
    assert database.tables() == ["one", "two"] and database.heads() == [ids[1]]
    whimbrel("downgrade", "base", "--yes").ok()
    assert database.tables() == []


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.slow
def test_database_is_taken_over(project, database, whimbrel, tool):
    files, ids = TOOLS[tool]
    if tool == "sqitch" and database.engine == "sqlite":
        import_into(whimbrel, tool, files).ok()
        whimbrel("stamp", "--from", tool).failed(1)
        return
    import_into(whimbrel, tool, files).ok()
    for sql in ["CREATE TABLE one (id integer)", "CREATE TABLE two (id integer)", *HISTORY[tool]]:
        database.execute(sql)
    whimbrel("upgrade").failed(6, "tables")
    whimbrel("stamp", "--from", tool).ok()
    assert database.heads() == [ids[1]]
    whimbrel("upgrade").ok()
    assert database.heads() == [ids[2]] and "three" in database.tables()


@pytest.mark.parametrize("tool, sql, code, words", [
    ("golang-migrate", "UPDATE schema_migrations SET dirty = true", 6, ("migration 2 failed", "stamp 2")),
    ("golang-migrate", "UPDATE schema_migrations SET version = 7", 1, ("applied 7", "not among the files")),
    ("flyway", "UPDATE flyway_schema_history SET success = false WHERE installed_rank = 2", 6, ("migration 1.2 failed",)),
    ("dbmate", "DELETE FROM schema_migrations WHERE version = '20240101000000'", 6,
     ("applied 20240102000000, but not 20240101000000 before it",)),
    ("dbmate", "INSERT INTO schema_migrations VALUES ('2099')", 1, ("applied 2099, which is not among the files",)),
    ("goose", "DROP TABLE goose_db_version", 1, ("there is no table goose_db_version",)),
])
@pytest.mark.slow
def test_history_that_cannot_be_taken_over(project, database, whimbrel, tool, sql, code, words):
    import_into(whimbrel, tool, TOOLS[tool][0]).ok()
    for statement in [*HISTORY[tool], sql]:
        database.execute(statement)
    whimbrel("stamp", "--from", tool).failed(code, *words)
    assert database.heads() is None


def test_nothing_applied(project, database, whimbrel):
    import_into(whimbrel, "dbmate", DBMATE).ok()
    database.execute(HISTORY["dbmate"][0])
    whimbrel("stamp", "--from", "dbmate").ok()
    assert database.heads() == []


def test_stamp_wants_revisions_or_a_tool(project, whimbrel):
    whimbrel("stamp").failed(2, "something is missing", "--from TOOL")
    whimbrel("stamp", "head", "--from", "goose").failed(2, "--from")
    whimbrel("stamp", "--from", "liquibase").failed(2, "no importer for liquibase")


# ---- What can't be carried over is said by name ----


def note_kinds(result):
    return {(note["revision"] or note["source"].rpartition("/")[2], note["kind"]) for note in result.ok().json()["notes"]}


def test_what_cannot_be_carried_over(files, whimbrel):
    kinds = note_kinds(whimbrel_import(whimbrel, "goose", GOOSE | {
        "00003_fill.go": "package migrations\n", "00003_fill_test.go": "package migrations\n",
        "00004_env.sql": "-- +goose ENVSUB ON\n-- +goose Up\nSELECT '${USER}';\n"}))
    assert {("3", "code"), ("4", "variables")} == kinds
    assert "written in Go" in next((whimbrel.folder / "a").glob("00003*")).read_text()


def test_flyway_leaves_out(files, whimbrel):
    kinds = note_kinds(whimbrel_import(whimbrel, "flyway", FLYWAY | {
        "R__view.sql": "CREATE VIEW v AS SELECT 1", "beforeMigrate.sql": "SELECT 1", "B5__base.sql": "SELECT 1",
        "V2__java.java": "class V2__java {}", "V3__place.sql": "CREATE TABLE ${name} (id integer)",
        "V4__oneway.sql": "DROP TABLE one"}))
    assert kinds == {("R__view.sql", "left-out"), ("beforeMigrate.sql", "left-out"), ("B5__base.sql", "left-out"),
                     ("2", "code"), ("3", "variables")}
    assert "-- migrate:down irreversible" in (whimbrel.folder / "a" / "V4__oneway.sql").read_text()
    assert "-- migrate:up transaction:false" in (whimbrel.folder / "a" / "V1.10__three.sql").read_text()


def whimbrel_import(whimbrel, tool, files):
    write(whimbrel.folder / "old", files)
    return whimbrel("import", tool, "old", "--json", env={"WHIMBREL_DIR": "a"})


def test_sqitch_reworked_change(files, whimbrel):
    plan = SQITCH["sqitch.plan"] + "one [one@v1] 2024-01-04T10:00:00Z Ann <a@e> # again\n"
    result = whimbrel_import(whimbrel, "sqitch", SQITCH | {
        "sqitch.plan": plan, "deploy/one@v1.sql": "CREATE TABLE one (id integer);", "revert/one@v1.sql": "DROP TABLE one;",
        "deploy/one.sql": "ALTER TABLE one ADD more integer;", "verify/one.sql": "SELECT 1;"})
    assert note_kinds(result) == {("three", "requirement"), ("verify", "left-out")}
    history = whimbrel("history", "--json", env={"WHIMBREL_DIR": "a"}).ok().json()
    assert [each["revision"] for each in reversed(history)] == ["one", "two", "three", "one_2"]
    assert "CREATE TABLE one" in next((whimbrel.folder / "a").glob("*_one_the_first.sql")).read_text()
    assert "ADD more" in next((whimbrel.folder / "a").glob("*_one_2_again.sql")).read_text()


@pytest.mark.parametrize("planned, created", [
    ("2024-01-01T10:00:00+01:30", "2024-01-01T08:30:00Z"),
    ("2024-01-01T10:00:00-0130", "2024-01-01T11:30:00Z"),
    ("2024-01-01T10:00:00+02", "2024-01-01T08:00:00Z"),
    ("2024-01-01T10:00:00.125Z", "2024-01-01T10:00:00Z"),
    ("2024-01-01T10:00:00*02", None),
    ("2024-01-01T10:00:00+x2", None),
    ("2024-01-01T10:00:00+02:3", None),
])
def test_time_zones(files, whimbrel, planned, created):
    whimbrel_import(whimbrel, "sqitch", SQITCH | {
        "sqitch.plan": SQITCH["sqitch.plan"].replace("2024-01-01T10:00:00Z", planned)})
    history = whimbrel("history", "--json", env={"WHIMBREL_DIR": "a"}).ok().json()
    assert history[-1]["revision"] == "one"
    assert history[-1].get("created") == created


def test_transactions_inside_are_taken_out(files, whimbrel):
    text = "CREATE TABLE one (id integer);\nCOMMIT;\nVACUUM;\nBEGIN;\nCREATE TABLE two (id integer);\n"
    result = whimbrel_import(whimbrel, "golang-migrate", {"1_x.up.sql": text, "1_x.down.sql": "SELECT 1;"})
    assert note_kinds(result) == {("1", "transactions")}
    written = (whimbrel.folder / "a" / "1_x.sql").read_text()
    assert "transaction:false\nCREATE TABLE one (id integer);\nVACUUM;\nCREATE TABLE two (id integer);\n" in written


@pytest.mark.parametrize("tool, files_there, words", [
    ("dbmate", {}, ("there are no migrations of dbmate in old",)),
    ("dbmate", {"1_x.sql": "CREATE TABLE x (id integer);"}, ("old/1_x.sql", "no line `-- migrate:up`")),
    ("dbmate", {"1_x.sql": "-- migrate:up\n", "1_y.sql": "-- migrate:up\n"}, ("two migrations have the version 1", "old/1_x.sql")),
    ("goose", {"1_x.sql": "-- +goose Down\n-- +goose Up\nSELECT 'x\n"}, ("old/1_x.sql", "no end")),
    ("goose", {"1_x.sql": "nothing"}, ("old/1_x.sql", "+goose Up")),
    ("golang-migrate", {"1_x.up.sql": "\\i other.sql\n"}, ("old/1_x.up.sql", "psql")),
    ("golang-migrate", {"9" * 33 + "_x.up.sql": "SELECT 1;"}, ("33 characters, 32 are allowed",)),
    ("sqitch", {"sqitch.plan": "%project=x\none 2024-01-01T10:00:00Z Ann <a@e>\n"}, ("sqitch.plan:2", "no old/deploy/one.sql")),
    ("sqitch", {"x": ""}, ("sqitch.plan",)),
])
def test_bad_folders(files, whimbrel, tool, files_there, words):
    (whimbrel.folder / "old").mkdir()
    write(whimbrel.folder / "old", files_there)
    result = whimbrel("import", tool, "old", "--dir", "out")
    result.failed(1, *words)
    assert not (whimbrel.folder / "out").exists()


def test_folder_is_not_there(files, whimbrel):
    whimbrel("import", "goose", "nowhere", "--dir", "out").failed(1, "can't read the folder nowhere")


def test_whole_or_not_at_all(files, whimbrel):
    """A full disk in the middle leaves nothing."""
    write(whimbrel.folder / "old", {f"{i}_x.up.sql": f"SELECT '{'x' * 3000 * i}';" for i in range(1, 9)})
    running = whimbrel.start("import", "golang-migrate", "old", "--dir", "out", prefix=with_file_limit(9000))
    running.finish().failed(1, "can't write")
    assert sorted(path.name for path in whimbrel.folder.iterdir()) == ["migrations", "old", "whimbrel.ini"]
