"""
Random graphs and random commands, whimbrel's revision layer (walker.c) beside the real Alembic: both succeed or both
fail, they run the same steps in the same order, change the table by the same statements, and leave the same rows.

`make test-differential GRAPHS=20000 SEED=17` sets the number of graphs and the first one; without GRAPHS it is as many
as fit into SECONDS (40), without SEED it is a random one.
A failure names the seed: SEED=<that> GRAPHS=1 runs it again. What may differ is in docs/alembic.md; `allowed` knows
exactly that.
"""

import os
import random
import re
import subprocess
import time
import traceback
from collections import Counter
from pathlib import Path

import pytest
from graphs import command, end_of_range, make_graph, other_rows, rng_of, spoil
from model import Alembic

BUILD = Path(os.environ.get("WHIMBREL_BUILD", Path(__file__).resolve().parents[2] / "build"))
COMMANDS_PER_GRAPH = 12


class Walker:
    def __init__(self):
        program = BUILD / "tests" / "differential" / "walker"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the walker died of: %r" % (lines,)
        return answer.rstrip("\n")

    def load(self, nodes):
        return self.ask("graph %d" % len(nodes), *[node.line() for node in nodes])

    def run(self, kind, target, rows):
        """(steps, rows, None) or (None, None, message)"""
        target = ",".join(target) if kind == "stamp" else target
        answer = self.ask("%s\t%s\t%s" % (kind, target, ",".join(rows)))
        if answer.startswith("ERR "):
            return None, None, answer[4:]
        _, *steps, rows = answer.split("\t")
        return steps, [] if rows == "-" else rows.split(", "), None

    def nodes(self):
        for node in self.ask("nodes").split("\t")[1:]:
            node, down, labels = (part.split(", ") for part in node.split("|"))
            yield node[0], down if down != ["none"] else [], set(labels) - {"none"}

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0


@pytest.fixture
def walker():
    walker = Walker()
    yield walker
    walker.close()


# ---- What may differ (docs/alembic.md) --------------------------------------------------------------------------


def _label_names_nothing(alembic, expression):
    return "@" in expression and any(
        not alembic.knows_branch(label)
        for label in (expression.split("@", 1)[0], expression.rpartition("@")[0])
    )


def _has_more_text(expression):
    """Alembic reads "ab+1x" as "ab+1", and where int() comes into play, " -1" as a number."""
    relative = r"(?:(.+?)@)?(\w+)?((?:\+|-)\d+)"
    trailing = re.match(relative, expression) and not re.fullmatch(relative, expression)
    return trailing or re.search(r"(^|@)\s+-\d+$", expression)


def _is_below_base(expression):
    return re.search(r"(^|@)base-\d+$", expression)


def _refused_here_only(alembic, kind, target, rows):
    """The expressions that Alembic takes and whimbrel refuses, by the name of the reason."""
    expressions = target if kind == "stamp" else [target]
    if any(_label_names_nothing(alembic, each) for each in expressions):
        return "label that names nothing"
    if any(_has_more_text(each) for each in expressions):
        return "text around a relative expression"
    if any(_is_below_base(each) for each in expressions):
        return "base-N"
    if kind == "stamp" and not rows and any(re.search(r"(^|@)-\d+$", each) for each in expressions):
        return "stamp -N beyond base"
    return None


def _partly_merged(outcome):
    """Alembic's crash at a merge of which one parent is not a row, because another line has gone beyond it."""
    step = outcome.crashed_at
    return (
        isinstance(outcome.error, KeyError)
        and step is not None
        and step.is_upgrade
        and len(getattr(step, "from_revisions", ())) > 1
    )


def allowed(alembic, kind, target, rows, outcome, answer):
    """The name of the listed difference that this is, or None."""
    steps, rows_after, error = answer
    if outcome.error is None and error is not None:
        return _refused_here_only(alembic, kind, target, rows)
    if outcome.error is not None and error is None:
        if kind == "up" and _partly_merged(outcome) and alembic.tops(rows_after) == set(rows_after):
            return "merge with a parent that is no row"
        return None
    if kind == "down" and outcome.overlapped:
        same_steps = [step.split()[0] for step in steps] == [step.split()[0] for step in outcome.steps]
        fewer = set(rows_after) <= set(outcome.rows)
        if same_steps and fewer and alembic.tops(rows_after) == alembic.tops(outcome.rows):
            return "row below another row"
    return None


# ---- The test ---------------------------------------------------------------------------------------------------


def check_rows(alembic, kind, rows, steps, rows_after):
    """Whatever Alembic does: the rows are the topmost of what is applied then."""
    applied = alembic.ancestors(rows)
    run = {step.split()[0] for step in steps}
    assert (applied.isdisjoint if kind == "up" else applied.issuperset)(run)
    assert set(rows_after) == alembic.tops(applied ^ run), "these rows don't stand for what is applied: %s" % rows_after


def compare(alembic, walker, kind, target, rows, differences):
    """Runs one command on both sides; the rows to go on with."""
    outcome = alembic.run(kind, target, rows)
    answer = steps, rows_after, error = walker.run(kind, target, rows)
    if error is None and kind != "stamp" and alembic.tops(rows) == set(rows):
        check_rows(alembic, kind, rows, steps, rows_after)
    if outcome.error is not None and error is not None:
        differences["both refuse"] += 1
        return rows
    agree = outcome.error is None and error is None and steps == outcome.steps and rows_after == outcome.rows
    if agree:
        differences["both agree on %d steps" % len(steps) if len(steps) < 3 else "both agree on more steps"] += 1
        return rows_after
    reason = allowed(alembic, kind, target, rows, outcome, answer)
    assert reason, "%s %r from %r\nAlembic:  %s\nwhimbrel: %s" % (
        kind,
        target,
        rows,
        outcome.error.__repr__() if outcome.error else (outcome.steps, outcome.rows),
        error or (steps, rows_after),
    )
    differences[reason] += 1
    return rows if error else rows_after


def _is_unsorted(error):
    """The assertion at the end of _topological_sort: the set does not hang together without what lies outside."""
    if not isinstance(error, AssertionError):
        return False
    return traceback.extract_tb(error.__traceback__)[-1].name == "_topological_sort"


def compare_range(alembic, walker, lower, upper, differences):
    expected = alembic.range(lower or "base", upper or "heads")
    answer = walker.ask("range\t%s:%s" % (lower, upper))
    listed = None if answer.startswith("ERR") else answer.split("\t")[1:]
    if listed == expected or (listed is None and isinstance(expected, Exception)):
        reason = "ranges agree"
    elif listed is None:
        reason = next(("label that names nothing" for e in (lower, upper) if _label_names_nothing(alembic, e)), None)
    elif _is_unsorted(expected) and not any(alembic.ancestors([a]) & set(listed[:i]) for i, a in enumerate(listed)):
        reason = "range that Alembic cannot sort"
    else:
        reason = None
    assert reason, "%s:%s\nAlembic:  %r\nwhimbrel: %s" % (lower, upper, expected, answer)
    differences[reason] += 1


def run_graph(walker, seed, differences):
    rng = rng_of(seed)
    nodes = make_graph(rng)
    if rng.random() < 0.03:
        spoil(rng, nodes)
        loaded = walker.load(nodes)
        assert loaded.startswith("ERR"), "a spoilt graph was loaded"
        with pytest.raises(Exception):
            Alembic(nodes)
        return
    assert walker.load(nodes) == "OK"
    alembic = Alembic(nodes)
    assert list(walker.nodes()) == list(alembic.nodes())
    for _ in range(2):
        compare_range(alembic, walker, end_of_range(rng, nodes), end_of_range(rng, nodes), differences)
    rows = []
    for number in range(COMMANDS_PER_GRAPH):
        if rng.random() < 0.04:
            rows = other_rows(rng, nodes)
        kind, target = command(rng, nodes)
        before, rows = rows, compare(alembic, walker, kind, target, rows, differences)
        if number == 0 and seed % 16 == 0:
            compare_with_sqlite(alembic, kind, target, before)
        if any(row not in alembic.map._revision_map for row in rows) or alembic.tops(rows) != set(rows):
            rows = []


def compare_with_sqlite(alembic, kind, target, rows):
    """That a list of rows is as good as a table."""
    outcome = alembic.run(kind, target, rows)
    in_table = alembic.run_in_sqlite(kind, target, rows)
    assert in_table == (None if outcome.error else sorted(outcome.rows))


@pytest.mark.timeout(0)
def test_same_answers(walker):
    first = int(os.environ.get("SEED") or random.randrange(10**6))
    graphs = int(os.environ.get("GRAPHS") or 0)
    print("\nSEED=%d" % first, flush=True)
    end = time.monotonic() + float(os.environ.get("SECONDS", "40"))
    differences = Counter()
    seed = first
    while seed < first + graphs if graphs else time.monotonic() < end:
        try:
            run_graph(walker, seed, differences)
        except AssertionError as error:
            nodes = "\n".join(node.line() for node in make_graph(rng_of(seed)))
            raise AssertionError("SEED=%d GRAPHS=1\n%s\n%s" % (seed, nodes, error)) from None
        seed += 1
    print("\n%d graphs from seed %d" % (seed - first, first))
    for name, count in differences.most_common():
        print("%8d %s" % (count, name))
    assert any(name.startswith("both agree on more") for name in differences) or seed - first < 100
