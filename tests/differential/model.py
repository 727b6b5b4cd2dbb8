"""
The real Alembic, driven inside this process: its RevisionMap, ScriptDirectory and HeadMaintainer do all the work; only
the table is a list of rows, and the files are `graphs.Node`s.
"""

import warnings

from alembic.runtime.migration import HeadMaintainer, MigrationContext, RevisionStep
from alembic.script.base import ScriptDirectory
from alembic.script.revision import Revision, RevisionMap
from alembic.util import CommandError
from sqlalchemy import create_engine

# In three places Alembic makes a tuple of a set, so that its answer differs from run to run. Any order is one that it
# could have given; here it is the order in which the file names the revisions, which is whimbrel's.


class OrderedRevisionMap(RevisionMap):
    def _normalize_depends_on(self, revisions, map_):
        super()._normalize_depends_on(revisions, map_)
        for revision in revisions:
            kept = set(revision._normalized_resolved_dependencies)
            revision._normalized_resolved_dependencies = tuple(
                each for each in dict.fromkeys(revision._resolved_dependencies) if each in kept
            )


_merge_branch_idents = RevisionStep.merge_branch_idents
_unmerge_to_revisions = RevisionStep._unmerge_to_revisions


def _ordered_merge(step, heads):
    deleted, updated, to = _merge_branch_idents(step, heads)
    order = sorted([*deleted, updated], key=step.from_revisions.index)
    return order[:-1], order[-1], to


def _ordered_unmerge(step, heads):
    return tuple(sorted(_unmerge_to_revisions(step, heads), key=step.to_revisions.index))


RevisionStep.merge_branch_idents = _ordered_merge
RevisionStep._unmerge_to_revisions = _ordered_unmerge


class _Module:
    @staticmethod
    def upgrade():
        pass

    @staticmethod
    def downgrade():
        pass


class FileRevision(Revision):
    module = _Module
    doc = ""


class _Column:
    def __eq__(self, literal):
        return literal.name.strip("'")

    __hash__ = None


class _Table:
    """As much of a table as HeadMaintainer asks for; what is to be executed is a tuple."""

    class c:
        version_num = _Column()

    def __init__(self, *statement):
        self.statement = statement

    def insert(self):
        return _Table("+")

    def delete(self):
        return _Table("-")

    def update(self):
        return _Table(">")

    def values(self, version_num):
        return _Table(*self.statement, version_num.name.strip("'"))

    def where(self, row):
        return _Table(*self.statement, row)


class _Result:
    def __init__(self, rowcount):
        self.rowcount = rowcount


class RowContext:
    """A migration context whose table is a list."""

    as_sql = False
    version_table = "alembic_version"
    _version = _Table()

    class dialect:
        supports_sane_rowcount = True

    def __init__(self, rows):
        self.rows = list(rows)
        self.changes = []
        self.impl = self

    def _exec(self, table):
        kind, *names = table.statement
        if kind == "+":
            self.rows.append(names[0])
            self.changes.append("+" + names[0])
            return _Result(1)
        matched = self.rows.count(names[-1])
        if kind == "-":
            self.rows = [row for row in self.rows if row != names[0]]
            self.changes.append("-" + names[0])
        else:
            self.rows = [names[0] if row == names[1] else row for row in self.rows]
            self.changes.append("%s>%s" % (names[1], names[0]))
        return _Result(matched)


class Outcome:
    """`steps`: the revision (or "-") and its changes; `rows` afterwards; `error`: None, or the exception."""

    def __init__(self, steps, rows, error=None):
        self.steps, self.rows, self.error = steps, rows, error
        self.overlapped = False  # a row was an ancestor of another one, if only for a moment
        self.crashed_at = None  # the step at which the table could not be changed


class Alembic:
    def __init__(self, nodes):
        self.map = OrderedRevisionMap(
            lambda: [
                FileRevision(node.id, tuple(node.revises) or None, tuple(node.depends_on) or None, tuple(node.labels))
                for node in nodes
            ]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.map._revision_map
        self.script = ScriptDirectory.__new__(ScriptDirectory)
        self.script.revision_map = self.map

    def ancestors(self, ids):
        """The ids and everything they build on."""
        nodes = [self.map._revision_map[each] for each in ids]
        return {node.revision for node in self.map._get_ancestor_nodes(nodes)}

    def tops(self, ids):
        """Those that no other one builds on."""
        ids = set(ids)
        return {each for each in ids if not any(each in self.ancestors([other]) for other in ids - {each})}

    def knows_branch(self, label):
        try:
            return self.map._resolve_branch(label) is not None
        except Exception:
            return False

    def nodes(self):
        """What walker.c answers to "nodes", but for the order of the labels."""
        for node in self.map._generator():
            node = self.map._revision_map[node.revision]
            yield node.revision, list(node._normalized_down_revisions), set(node.branch_labels)

    def range(self, lower, upper):
        """`history -r lower:upper`: the ids, or the exception."""
        try:
            walk = self.map.iterate_revisions(upper, lower, inclusive=True, assert_relative_length=False)
            return [node.revision for node in walk]
        except Exception as error:
            return error

    def _steps(self, kind, target, rows):
        if kind == "stamp":
            return self.script._stamp_revs(tuple(target), tuple(rows))
        if ":" in target:
            raise CommandError("Range revision not allowed")  # alembic/command.py
        return (self.script._upgrade_revs if kind == "up" else self.script._downgrade_revs)(target, tuple(rows))

    def run(self, kind, target, rows):
        context = RowContext(rows)
        outcome = Outcome([], context.rows)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                maintainer = HeadMaintainer(context, rows)
                for step in self._steps(kind, target, rows):
                    context.changes = []
                    outcome.crashed_at = step
                    maintainer.update_to_step(step)
                    outcome.crashed_at = None
                    outcome.rows = context.rows
                    outcome.steps.append(" ".join([self._name(kind, step), *context.changes]))
                    known = [row for row in context.rows if row in self.map._revision_map]
                    outcome.overlapped |= self.tops(known) != set(known)
            except Exception as error:
                outcome.error = error
        return outcome

    @staticmethod
    def _name(kind, step):
        if kind == "stamp":
            return step.to_revisions[0] if step.to_revisions else "-"
        return step.revision.revision

    def run_in_sqlite(self, kind, target, rows):
        """The rows that the same command leaves in a real table, or None."""
        engine = create_engine("sqlite://")
        with engine.begin() as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context = MigrationContext.configure(connection)
            context._ensure_version_table()
            for row in rows:
                connection.execute(context._version.insert().values(version_num=row))
            try:
                maintainer = HeadMaintainer(context, context.get_current_heads())
                for step in self._steps(kind, target, rows):
                    maintainer.update_to_step(step)
            except Exception:
                return None
            return sorted(context.get_current_heads())
