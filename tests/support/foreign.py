"""
Schemas of other people, from a folder of SQL files: WHIMBREL_SCHEMAS. A file may be anything that psql or sqlite3 would
take, with statements that fail and commands of psql: what is left after it is the schema.
"""

import os
import re
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

from support.cluster import Cluster, find_program, quick_parent
from support.corpora import Judge
from support.fingerprint import fingerprint
from support.sqlite_schema import connect

FOLDER = Path(os.environ["WHIMBREL_SCHEMAS"]) if os.environ.get("WHIMBREL_SCHEMAS") else None

# A COPY's data aside, which neither begins with \ and a small letter nor has \g in it.
PSQL_LINE = re.compile(r"^\s*\\[a-z!?][^\n]*$", re.MULTILINE)
PSQL_END = re.compile(r"\\(g|gx|gset|gexec|gdesc|crosstabview)\b[^\n;]*;?[ \t]*$", re.MULTILINE)
DROP = re.compile(r"^DROP\s[^;]*;", re.MULTILINE | re.IGNORECASE)


# What diff says that it does not compare goes before it is looked at, with what hangs on it.
NOT_COMPARED = """
SELECT format('DROP %s %s CASCADE', i.type, i.identity) FROM (
    SELECT 'pg_am'::regclass::oid AS class, oid FROM pg_am
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typtype IN ('b', 'p') AND typelem = 0) o,
    pg_identify_object(o.class, o.oid, 0) i
WHERE o.oid >= 16384 AND NOT EXISTS
    (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
UNION ALL SELECT format('DROP TRANSFORM FOR %s LANGUAGE %I CASCADE', format_type(trftype, NULL), lanname)
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384 AND NOT EXISTS
    (SELECT FROM pg_depend d WHERE d.classid = 'pg_transform'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION ALL SELECT format('DROP USER MAPPING FOR %s SERVER %I', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(usename) END,
                        srvname) FROM pg_user_mappings
UNION ALL SELECT format('ALTER SUBSCRIPTION %I SET (slot_name = NONE); DROP SUBSCRIPTION %1$I', subname)
FROM pg_subscription
"""

# So does what could not be made where it is: functions whose bodies name what has gone, views whose rows can't be had.
UNUSABLE = """
DO $$
DECLARE r regprocedure; v regclass;
BEGIN
    FOR r IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.oid >= 16384 AND p.prokind IN ('f', 'p') AND n.nspname !~ '^pg_' AND NOT EXISTS
            (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
    LOOP
        BEGIN
            EXECUTE pg_get_functiondef(r);
        EXCEPTION WHEN others THEN
            EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', r);
        END;
    END LOOP;
    FOR v IN SELECT oid FROM pg_class WHERE relkind = 'm' AND NOT relispopulated LOOP
        BEGIN
            EXECUTE format('REFRESH MATERIALIZED VIEW %s', v);
        EXCEPTION WHEN others THEN
            EXECUTE format('DROP MATERIALIZED VIEW IF EXISTS %s CASCADE', v);
        END;
    END LOOP;
END $$;
"""


def is_sqlite(path):
    return "sqlite" in str(path.relative_to(FOLDER)).lower()


def files(sqlite):
    return sorted(path for path in FOLDER.rglob("*.sql") if is_sqlite(path) == sqlite) if FOLDER else []


def variants(sqlite):
    """(path, whether its DROPs are taken out): what a script clears away at its end is worth looking at as well."""
    for path in files(sqlite):
        yield path, False
        if DROP.search(path.read_text(errors="replace")):
            yield path, True


def name_of(variant):
    path, kept = variant
    return str(path.relative_to(FOLDER).with_suffix("")) + ("+kept" if kept else "")


def text_of(variant):
    path, kept = variant
    text = path.read_text(errors="replace").replace("\0", "")
    return DROP.sub("", text) if kept else text


class Schemas:
    """PostgreSQL databases made of such files, on a server of their own: the scripts make roles and more."""

    def __init__(self):
        self.cluster = Cluster(parent=quick_parent(), max_wal_size="256MB", max_prepared_transactions="0",
                               statement_timeout="60s", lock_timeout="5s").start()
        self.judge = Judge(self.cluster)

    def close(self):
        self.cluster.remove()

    @contextmanager
    def database(self, like=None):
        """Empty. `like` another it has its search path."""
        name = f"foreign_{uuid.uuid4().hex[:8]}"
        self.cluster.psql("postgres", script=self.cluster.create_database_sql(name, self.judge.template))
        if like:
            self.give_search_path(name, self.search_path(like))
        try:
            yield name
        finally:
            try:
                self.cluster.psql("postgres", script=f'DROP DATABASE "{name}" WITH (FORCE)')
            except RuntimeError:
                pass  # a subscription or a prepared transaction; the server goes soon

    def load(self, name, script):
        """Statements that fail are skipped."""
        psql = [find_program("psql"), "-X", "-q", "-o", os.devnull, "-h", self.cluster.folder, "-p", self.cluster.port,
                "-U", self.cluster.user, "-d", name, "-f", "-"]
        subprocess.run([str(word) for word in psql], input=script, text=True, capture_output=True, timeout=600, cwd="/")
        self.settle(name)

    def search_path(self, name):
        """What the database's owner has set for it, or nothing."""
        return self.cluster.psql("postgres", "-c", "SELECT substr(c, 13) FROM pg_db_role_setting s JOIN pg_database d "
                                 f"ON d.oid = s.setdatabase, unnest(s.setconfig) c WHERE d.datname = '{name}' "
                                 "AND s.setrole = 0 AND c LIKE 'search_path=%'").strip()

    def give_search_path(self, name, path):
        if path:
            self.cluster.psql("postgres", script=f'ALTER DATABASE "{name}" SET search_path TO {path}')

    def settle(self, name):
        """What else scripts leave behind for other sessions would be there for the judge as well."""
        path = self.search_path(name)
        roles = self.cluster.psql("postgres", "-c", "SELECT quote_ident(r.rolname) FROM pg_db_role_setting s "
                                  "JOIN pg_roles r ON r.oid = s.setrole").splitlines()
        self.cluster.psql("postgres", script=f'ALTER DATABASE "{name}" RESET ALL;' +
                          "".join(f"ALTER ROLE {role} RESET ALL;" for role in roles))
        self.give_search_path(name, path)

    def load_foreign(self, name, variant):
        script = PSQL_END.sub(";", PSQL_LINE.sub("", text_of(variant)))
        self.load(name, script)
        self.load(name, ";\n".join(self.cluster.psql(name, "-c", NOT_COMPARED).splitlines()) + ";\n" + UNUSABLE)

    def has_objects(self, name):
        with self.database() as empty:
            return self.fingerprint(name) != self.fingerprint(empty)

    def fingerprint(self, name):
        return fingerprint(self.cluster, name, False)

    def restore(self, source, target):
        """By pg_dump; whether that gives the same to pg_dump's eyes, which it does not for all that there is."""
        self.load(target, self.cluster.pg_dump(source, "-s"))
        return self.fingerprint(source) == self.fingerprint(target)


def load_sqlite(path, variant):
    """Statements that fail are skipped, those that reach for other files among them; in a process that may crash."""
    subprocess.run(["sqlite3", "-safe", path], input=text_of(variant), text=True, capture_output=True, timeout=600)
    connect(path).execute("VACUUM")
