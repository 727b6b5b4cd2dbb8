"""Pairs of schemas from elsewhere, and the judgement of what whimbrel makes of one."""

import re
import subprocess
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.fingerprint import fingerprint, identities, row_counts
from support.program import PROGRAM, ROOT

CORPORA = ROOT.parent / "shared" / "corpora"
if not CORPORA.exists():
    CORPORA = ROOT.parent.parent / "shared" / "corpora"

# What pairs of other projects expect to be there.
TEMPLATE = """
CREATE COLLATION IF NOT EXISTS pg_catalog."en_US" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."en_US.utf8" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."en_US.UTF-8" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."ru_RU.utf8" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."pt_BR" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."pt_BR.utf8" (locale = 'C');
CREATE COLLATION IF NOT EXISTS pg_catalog."de_DE" (locale = 'C');
"""
ROLES = ("postgres", "fordfrog", "dv", "asi", "krioweb2", "intranet", "reader")


def cases(engine="postgresql"):
    """The folders of pairs, those of SQLite aside."""
    if not CORPORA.exists():
        return []
    return sorted(path.parent for path in CORPORA.glob("*/*/before.sql")
                  if path.parent.parent.name.startswith("sqlite-") == (engine == "sqlite"))


@dataclass
class Verdict:
    outcome: str  # "converged", "refused", "wrong", "skipped"
    reason: str = ""
    up: str = ""
    down: str = ""


class Judge:
    """Uses databases of its own on the cluster. `options` are those of `whimbrel diff`."""

    def __init__(self, cluster, *options):
        self.cluster, self.options = cluster, options
        self.template = f"template_{uuid.uuid4().hex[:8]}"
        cluster.psql("postgres", script=cluster.create_database_sql(self.template))
        for role in ROLES:
            cluster.psql("postgres", script=f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN END $$")
        cluster.psql(self.template, script="SET allow_system_table_mods = on;" + TEMPLATE)

    @contextmanager
    def databases(self):
        """Two of them, for before and after."""
        names = [f"pair_{side}_{uuid.uuid4().hex[:8]}" for side in ("a", "b")]
        try:
            for name in names:
                self.cluster.psql("postgres", script=self.cluster.create_database_sql(name, self.template))
            yield names
        finally:
            for name in names:
                self.cluster.psql("postgres", script=f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def judge(self, case):
        """Of a folder's files."""
        with self.databases() as (a, b):
            try:
                self._load(case, a, "before.sql", "seed_before.sql")
                self._load(case, b, "after.sql")
            except RuntimeError as error:
                return Verdict("skipped", str(error)[:300])
            return self.compare(a, b)

    def compare(self, a, b):
        """Of two databases. `a` is changed, and changed back."""
        before, after = fingerprint(self.cluster, a, False), fingerprint(self.cluster, b, False)
        up, down = self._diff(a, b), self._diff(a, b, "--down")
        if up.returncode not in (0, 3) or down.returncode not in (0, 3):
            failed = up if up.returncode not in (0, 3) else down
            outcome = "refused" if "can't be changed" in failed.stderr else "wrong"
            return Verdict(outcome, failed.stderr, up.stdout, down.stdout)
        verdict = Verdict("wrong", "", up.stdout, down.stdout)
        if before == after and up.stdout:
            verdict.reason = "there is no difference, and yet: " + up.stdout
            return verdict
        verdict.reason = (self._step(a, b, up.stdout, after, "up") or
                          self._step(a, None, down.stdout, before, "down"))
        if not verdict.reason:
            verdict.outcome = "converged"
        return verdict

    def _load(self, case, database, *files):
        roles = case / "roles.sql"
        if roles.exists():
            for statement in roles.read_text().split(";"):
                try:
                    self.cluster.psql("postgres", script=statement)
                except RuntimeError:
                    pass  # the role is there from another pair
        for name in files:
            if (case / name).exists():
                script = re.sub(r"^ALTER [^;']* OWNER TO [^;']*;$", "", (case / name).read_text(), flags=re.MULTILINE)
                self.cluster.psql(database, "-f", "-", script=script)  # owners are not compared

    def _diff(self, a, b, *options):
        return subprocess.run([PROGRAM, "diff", self.cluster.url(a), self.cluster.url(b), "--exit-code", *self.options,
                               *options],
                              capture_output=True, text=True, cwd="/")

    def _step(self, a, b, script, expected, direction):
        """Why the script is wrong, or None."""
        known, rows = identities(self.cluster, a), row_counts(self.cluster, a)
        try:
            self.cluster.psql(a, "-f", "-", script=script)  # some of it is not for a transaction
        except RuntimeError as error:
            return f"{direction} fails: {error}"
        found = fingerprint(self.cluster, a, False)
        if found != expected:
            lines = [f"- {line}" for line in expected if line not in found] + \
                    [f"+ {line}" for line in found if line not in expected]
            return f"{direction} leads elsewhere:\n" + "\n".join(lines)
        now = identities(self.cluster, a)
        moved = [key for key in known if key in now and known[key] != now[key]]
        if moved:
            return f"{direction} made anew: {moved}"
        counts = row_counts(self.cluster, a)
        lost = {table: (count, counts[table]) for table, count in rows.items() if counts.get(table, count) != count}
        if lost:
            return f"{direction} changed rows: {lost}"
        if b:
            again = self._diff(a, b)
            if again.returncode != 0 or again.stdout:
                return f"the second diff is not empty: {again.stdout}{again.stderr}"
        return None
