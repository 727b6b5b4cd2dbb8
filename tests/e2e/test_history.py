"""`whimbrel history`: newest first, ranges, the current one marked."""

import pytest


def order(out, *ids):
    """The ids in the order of the lines that begin to tell of them."""
    return sorted(ids, key=lambda id: out.index(f"step {id}"))


def test_newest_first_without_a_database(files, whimbrel):
    files.chain("a1", "b2", "c3")
    out = whimbrel("history").ok().out
    assert order(out, "a1", "b2", "c3") == ["c3", "b2", "a1"]


def test_empty(files, whimbrel):
    result = whimbrel("history").ok()
    assert "step" not in result.out


@pytest.mark.parametrize("span, ids", [
    ("a1:c3", ["c3", "b2", "a1"]), ("b2:", ["d4", "c3", "b2"]), (":b2", ["b2", "a1"]), ("base:head", ["d4", "c3", "b2", "a1"]),
    ("-2:", ["d4", "c3", "b2"]), ("c3:heads", ["d4", "c3"])])
def test_range(files, whimbrel, span, ids):
    files.chain("a1", "b2", "c3", "d4")
    out = whimbrel("history", "-r", span).ok().out
    shown = [id for id in ("a1", "b2", "c3", "d4") if f"step {id}" in out]
    assert sorted(ids) == shown
    assert order(out, *ids) == ids


@pytest.mark.parametrize("span", ["nosuch:", "a1:nosuch", "a1", "a1:b2:c3"])
def test_range_that_is_none(files, whimbrel, span):
    files.chain("a1", "b2", "c3")
    assert whimbrel("history", "-r", span).code in (1, 2)


def test_range_with_current(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    whimbrel("upgrade", "b2").ok()
    out = whimbrel("history", "-r", "current:").ok().out
    assert "step a1" not in out and "step c3" in out
    out = whimbrel("history", "-r", ":current").ok().out
    assert "step a1" in out and "step c3" not in out


def test_current_is_marked(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    whimbrel("upgrade", "b2").ok()
    lines = whimbrel("history").ok().out.splitlines()
    assert [("current" in line) for line in lines if "step b2" in line] == [True]
    assert [("current" in line) for line in lines if "step a1" in line] == [False]


def test_marks_of_branches_and_merges(files, whimbrel):
    files.revision("a1")
    files.revision("b2", revises="a1", labels="shop")
    files.revision("c3", revises="a1")
    files.revision("d4", revises=["b2", "c3"])
    out = whimbrel("history").ok().out
    marks = {id: next(line for line in out.splitlines() if f"step {id}" in line) for id in ("a1", "b2", "c3", "d4")}
    assert "branchpoint" in marks["a1"]
    assert "shop" in marks["b2"]
    assert "mergepoint" in marks["d4"] and "head" in marks["d4"]


def test_verbose_has_the_path_and_the_time(files, whimbrel):
    path = files.revision("a1", created="2026-11-22T08:40:00Z")
    out = whimbrel("history", "-v").ok().out
    assert path.name in out
    assert "2026-11-22" in out


def test_database_that_is_not_there_does_not_hide_the_history(files, whimbrel):
    files.chain("a1", "b2")
    result = whimbrel("history", "--url", "postgresql://nobody:x@127.0.0.1:1/none", env={"WHIMBREL_WAIT": "0"}, timeout=30)
    assert "step a1" in result.out, result
