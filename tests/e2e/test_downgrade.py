"""`whimbrel downgrade`: back to a revision, by steps, to the base; with a question before rows are destroyed."""

import os
import pty
import subprocess

import pytest

from support.program import PROGRAM


@pytest.fixture
def applied(project, whimbrel):
    """Three revisions of one table each, applied."""
    project.chain("a1", "b2", "c3")
    whimbrel("upgrade").ok()
    return project


@pytest.mark.parametrize("target, heads, tables", [
    ("-1", ["b2"], ["t_a1", "t_b2"]), ("-2", ["a1"], ["t_a1"]), ("a1", ["a1"], ["t_a1"]), ("base", [], []),
    ("c3", ["c3"], ["t_a1", "t_b2", "t_c3"]), ("c3-1", ["b2"], ["t_a1", "t_b2"]), ("head-2", ["a1"], ["t_a1"])])
def test_targets(applied, database, whimbrel, target, heads, tables):
    result = whimbrel("downgrade", target, "--yes").ok()
    assert database.heads() == heads
    assert database.tables() == tables
    if heads == ["a1"]:
        assert result.err.index("c3") < result.err.index("b2"), "the newest first"


def test_and_up_again(applied, database, whimbrel):
    whimbrel("downgrade", "base", "--yes").ok()
    whimbrel("upgrade").ok()
    assert database.heads() == ["c3"]
    assert database.tables() == ["t_a1", "t_b2", "t_c3"]


def test_without_a_target_is_wrong_usage(applied, database, whimbrel):
    whimbrel("downgrade").failed(2)
    assert database.heads() == ["c3"]


@pytest.mark.parametrize("target, word", [("nosuch", "nosuch"), ("-9", "9"), ("+1", "+1")])
def test_target_that_is_none(applied, database, whimbrel, target, word):
    whimbrel("downgrade", target, "--yes").failed(1, word)
    assert database.heads() == ["c3"]


def test_destroying_rows_needs_a_yes(applied, database, whimbrel):
    database.execute("INSERT INTO t_c3 VALUES (1)")
    result = whimbrel("downgrade", "-1")
    assert result.code not in (0, 2)
    assert "--yes" in result.err, "nobody is there to be asked: it says how to answer beforehand"
    assert database.heads() == ["c3"]
    assert database.query("SELECT count(*) FROM t_c3") == [(1,)]


def test_harmless_downgrade_does_not_ask(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);")
    project.revision("b2", "CREATE INDEX t_a ON t (a);", "DROP INDEX t_a;")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "-1").ok()
    assert database.heads() == ["a1"]


def test_dry_run(applied, database, whimbrel):
    result = whimbrel("downgrade", "base", "--dry-run").ok()
    assert result.out.index("c3") < result.out.index("b2") < result.out.index("a1")
    assert "DROP TABLE t_c3" in result.out
    assert database.heads() == ["c3"]


@pytest.mark.parametrize("options", ["irreversible", None])
def test_irreversible_revision_stops_it_before_anything_runs(project, database, whimbrel, options):
    project.chain("a1")
    if options:
        project.revision("b2", "CREATE TABLE keep (a integer);", "", down_options=options)
    else:
        project.revision("b2", "CREATE TABLE keep (a integer);", None)
    project.chain("c3")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "a1", "--yes").failed(1, "b2")
    assert database.heads() == ["c3"]
    assert database.tables() == ["keep", "t_a1", "t_c3"]


def test_failing_down_is_undone(project, database, whimbrel):
    project.chain("a1")
    path = project.revision("b2", "CREATE TABLE t (a integer);", "DROP TABLE t;\nDROP TABLE nowhere;")
    project.chain("c3")
    whimbrel("upgrade").ok()
    line = path.read_text().splitlines().index("DROP TABLE nowhere;") + 1
    whimbrel("downgrade", "base", "--yes").failed(1, "b2", f"{path.name}:{line}", "nowhere")
    assert database.heads() == ["b2"], "c3 is taken back, b2 is not"
    assert database.tables() == ["t", "t_a1"]


def test_single_transaction(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);", "DROP TABLE nowhere;")
    project.chain("b2")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "base", "--single-transaction", "--yes").failed(1, "nowhere")
    assert database.heads() == ["b2"]
    assert database.tables() == ["t", "t_b2"]


@pytest.fixture
def merged(project, whimbrel):
    project.chain("base0")
    project.revision("shop1", "CREATE TABLE shop (a integer);", "DROP TABLE shop;", revises="base0", labels="shop")
    project.revision("blog1", "CREATE TABLE blog (a integer);", "DROP TABLE blog;", revises="base0", labels="blog")
    project.revision("joined", revises=["shop1", "blog1"])
    whimbrel("upgrade").ok()
    return project


def test_leaving_a_merge_leaves_both_parents(merged, database, whimbrel):
    whimbrel("downgrade", "shop1", "--yes").ok()
    assert database.heads() == ["blog1", "shop1"]
    assert database.tables() == ["blog", "shop", "t_base0"]


def test_one_step_back_from_a_merge_is_ambiguous(merged, database, whimbrel):
    whimbrel("downgrade", "-1", "--yes").failed(1, "shop1", "blog1")
    assert database.heads() == ["joined"]


def test_to_the_branchpoint(merged, database, whimbrel):
    whimbrel("downgrade", "base0", "--yes").ok()
    assert database.heads() == ["base0"]
    assert database.tables() == ["t_base0"]


def test_one_branch_alone(project, database, whimbrel):
    project.revision("shop1", "CREATE TABLE shop (a integer);", "DROP TABLE shop;", revises=None, labels="shop")
    project.revision("blog1", "CREATE TABLE blog (a integer);", "DROP TABLE blog;", revises=None, labels="blog")
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "shop@base", "--yes").ok()
    assert database.heads() == ["blog1"]
    assert database.tables() == ["blog"]


def test_section_by_engine(project, database, whimbrel):
    project.revision("a1", "CREATE TABLE t (a integer);", {"sqlite": "DROP TABLE t;", "postgresql": "DROP TABLE t CASCADE;"})
    whimbrel("upgrade").ok()
    whimbrel("downgrade", "base", "--yes").ok()
    assert database.tables() == []


def test_nothing_applied(project, database, whimbrel):
    project.chain("a1")
    whimbrel("downgrade", "base", "--yes").ok()
    assert database.tables() == []


def test_asks_on_a_terminal(applied, database, whimbrel):
    """By a pseudo-terminal: "n" leaves everything, "y" does it."""
    database.execute("INSERT INTO t_c3 VALUES (1)")
    for answer, heads in (("n\n", ["c3"]), ("y\n", ["b2"])):
        master, slave = pty.openpty()
        process = subprocess.Popen([PROGRAM, "downgrade", "-1"], cwd=whimbrel.folder, env=whimbrel.environment,
                                   stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        seen = b""
        while b"?" not in seen:
            seen += os.read(master, 4096)
        assert b"t_c3" in seen, "it says what would be lost"
        os.write(master, answer.encode())
        code = process.wait(20)
        os.close(master)
        assert (code == 0) == (answer == "y\n")
        assert database.heads() == heads
