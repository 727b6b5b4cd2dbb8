"""Owners and privileges: compared with --owners and --privileges, and left alone without. pg_dump is the judge."""

import os
import random
import uuid

import pytest

from support.database import PostgreSQL
from support.fingerprint import fingerprint
from support.rights import pair

pytestmark = pytest.mark.engine("postgresql")

BOTH = ("--owners", "--privileges")


@pytest.fixture
def roles(cluster):
    """Three roles of this test's own, quoted; gone at its end, as roles are the whole server's."""
    mark = uuid.uuid4().hex[:8]
    names = [f"reader_{mark}", f"owner_{mark}", f'"Odd, ro=le_{mark}"']
    for name in names:
        cluster.psql("postgres", script=f"CREATE ROLE {name}")
    yield names
    for name in names:
        cluster.psql("postgres", script=f"DROP ROLE {name}")


@pytest.fixture
def other(cluster):
    """A second database."""
    database = PostgreSQL(cluster)
    yield database
    database.remove()


@pytest.fixture
def write(whimbrel):
    def write(name, text):
        (whimbrel.folder / name).write_text(text)
        return whimbrel.folder / name
    return write


def diff(whimbrel, *words):
    done = whimbrel("diff", *words, "--exit-code")
    assert done.code in (0, 3), done
    return done.out


def seeds():
    """WHIMBREL_RIGHTS=100:200 for more than what every run has."""
    first, _, last = os.environ.get("WHIMBREL_RIGHTS", "1:4").partition(":")
    return range(int(first), int(last))


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_random_rights(whimbrel, roles, database, other, write, seed):
    """Up makes of the one what the other is, down brings it back; a dump says the same as what was dumped."""
    cluster = database.cluster
    what = [BOTH, BOTH[:1], BOTH[1:]][seed % 3]
    first, second = pair(random.Random(seed), roles, what)
    database.run_script(first)
    other.run_script(second)
    before, after = fingerprint(cluster, database.name), fingerprint(cluster, other.name)
    dump = write("dump.sql", cluster.pg_dump(other.name, "-s"))
    assert diff(whimbrel, other.url, dump, *what) == ""
    up = diff(whimbrel, database.url, other.url, "--no-online", *what)
    down = diff(whimbrel, database.url, dump, "--no-online", "--down", *what)
    cluster.psql(database.name, "-1", "-f", "-", script=up)
    assert diff(whimbrel, database.url, other.url, *what) == ""
    assert fingerprint(cluster, database.name) == after
    cluster.psql(database.name, "-1", "-f", "-", script=down)
    assert fingerprint(cluster, database.name) == before


RIGHTS = """
    CREATE TABLE t (id serial PRIMARY KEY, a integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
    ALTER TABLE t OWNER TO {0}; GRANT SELECT ON t TO {1} WITH GRANT OPTION; GRANT UPDATE (a) ON t TO PUBLIC;
    REVOKE EXECUTE ON FUNCTION f FROM PUBLIC; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {1};"""


def test_left_alone_without_the_options(whimbrel, roles, database, write):
    database.run_script("CREATE TABLE t (id serial PRIMARY KEY, a integer);"
                        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';")
    wanted = write("wanted.sql", RIGHTS.format(*roles))
    assert diff(whimbrel, database.url, wanted) == ""
    assert diff(whimbrel, database.url, wanted, "--owners") == f"ALTER TABLE public.t OWNER TO {roles[0]};\n"
    granted = diff(whimbrel, database.url, wanted, "--privileges")
    assert "OWNER TO" not in granted and granted.count(";\n") == 4
    done = whimbrel("diff", write("empty.sql", ""), wanted, "--scratch", database.url).ok()
    assert not any(word in done.out for word in ("GRANT", "REVOKE", "OWNER TO", "DEFAULT PRIVILEGES"))


def test_what_owners_have_anyway(whimbrel, roles, cluster, database, write):
    """Without --owners the two sides may have two: what either is granted on the other's says nothing."""
    table = "CREATE TABLE t (id integer, a integer);"
    database.run_script(f"{table} ALTER TABLE t OWNER TO {roles[0]}; GRANT SELECT ON t TO {cluster.user}, {roles[1]}")
    wanted = write("wanted.sql", f"{table} GRANT SELECT, INSERT ON t TO {roles[0]} WITH GRANT OPTION;"
                                 f"GRANT UPDATE (a) ON t TO {roles[0]}; GRANT INSERT ON t TO {roles[1]};")
    up = diff(whimbrel, database.url, wanted, "--privileges")
    assert up == (f"REVOKE SELECT ON TABLE public.t FROM {roles[1]};\nGRANT INSERT ON TABLE public.t TO {roles[1]};\n"
                  f"GRANT UPDATE (a) ON TABLE public.t TO {roles[0]};\n")
    database.run_script(up)
    assert diff(whimbrel, database.url, wanted, "--privileges") == ""
    assert diff(whimbrel, database.url, wanted, "--privileges", "--down") == ""


def test_revision(whimbrel, roles, project, database):
    """By the configuration; up and down, tried by create and seen by check, which remembers nothing of the other kind."""
    config = project.folder / "whimbrel.ini"
    config.write_text(config.read_text() + "\n[schema]\nsource = schema.sql\n")
    schema = project.folder / "schema.sql"
    schema.write_text("CREATE TABLE t (id serial PRIMARY KEY, a integer);"
                      "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';")
    whimbrel("create", "first").ok()
    whimbrel("upgrade").ok()
    plain = fingerprint(database.cluster, database.name)
    schema.write_text(RIGHTS.format(*roles))
    whimbrel("check").ok()
    config.write_text(config.read_text() + "owners = true\nprivileges = yes\n")
    missing = whimbrel("check").failed(3).err
    assert "alter owner public.t: role" in missing and "alter privileges public.f(): grants" in missing
    assert "destroys" not in missing
    text = (project.folder / whimbrel("create", "rights").ok().out.strip()).read_text()
    assert "destroys" not in text and "transaction:false" not in text
    assert f"ALTER TABLE public.t OWNER TO {roles[0]};" in text and "ALTER TABLE public.t OWNER TO CURRENT_USER;" in text
    whimbrel("upgrade").ok()
    whimbrel("check").ok()
    whimbrel("check", env={"WHIMBREL_SCHEMA_OWNERS": "0"}).ok()
    assert diff(whimbrel, database.url, schema) == ""
    whimbrel("downgrade", "-1", "--yes").ok()
    now = fingerprint(database.cluster, database.name)
    assert [line for line in now if "whimbrel_ledger" not in line and "alembic_version" not in line] == [
        line for line in plain if "whimbrel_ledger" not in line and "alembic_version" not in line]


def test_against_live(whimbrel, roles, project, database):
    """The trial is made in a copy, with its owners and privileges; a new table has nothing of the default privileges."""
    database.run_script(RIGHTS.format(*roles))
    source = project.folder / "schema.sql"
    source.write_text(RIGHTS.format(*roles) + "CREATE TABLE n (a integer); REVOKE SELECT ON n FROM " + roles[1] +
                      f"; GRANT INSERT ON n TO {roles[1]}; GRANT DELETE ON t TO {roles[1]};")
    text = (project.folder / whimbrel("create", "more", "--against", "live", "--schema", source, "--owners", "--privileges")
            .ok().out.strip()).read_text()
    up = text[text.index("-- migrate:up"):text.index("-- migrate:down")]
    assert f"GRANT DELETE ON TABLE public.t TO {roles[1]};" in up
    assert f"REVOKE SELECT ON TABLE public.n FROM {roles[1]};\nGRANT INSERT ON TABLE public.n TO {roles[1]};" in up


def test_json(whimbrel, roles, database, write):
    database.run_script("CREATE TABLE t (id serial PRIMARY KEY, a integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';")
    done = whimbrel("diff", database.url, write("wanted.sql", RIGHTS.format(*roles)), "--owners", "--privileges", "--json").ok()
    changes = {(change["action"], change["kind"], change["name"]): change for change in done.json()["changes"]}
    assert sorted(changes) == [
        ("alter", "owner", "public.t"), ("alter", "privileges", "public.f()"), ("alter", "privileges", "public.t"),
        ("create", "default privileges", "TABLES"), ("create", "privileges", "public.t.a")]
    assert changes["alter", "privileges", "public.t"]["fields"] == ["grants"]
    assert changes["alter", "owner", "public.t"]["statements"] == [f"ALTER TABLE public.t OWNER TO {roles[0]}"]
    assert not any(change["destructive"] for change in changes.values())


def test_granted_by_others(whimbrel, roles, database, write):
    """By whom is left aside; the owner can take it away all the same, and what is to stay is granted again."""
    database.run_script(f"""
        CREATE TABLE t (a integer); GRANT SELECT, INSERT ON t TO {roles[0]} WITH GRANT OPTION; SET ROLE {roles[0]};
        GRANT SELECT, INSERT ON t TO {roles[1]}; GRANT SELECT ON t TO {roles[2]};""")
    same = write("same.sql", f"""
        CREATE TABLE t (a integer); GRANT SELECT, INSERT ON t TO {roles[0]} WITH GRANT OPTION;
        GRANT SELECT, INSERT ON t TO {roles[1]}; GRANT SELECT ON t TO {roles[2]};""")
    assert diff(whimbrel, database.url, same, "--privileges") == ""
    less = write("less.sql", f"""
        CREATE TABLE t (a integer); GRANT SELECT, INSERT ON t TO {roles[0]} WITH GRANT OPTION;
        GRANT INSERT ON t TO {roles[1]}; GRANT SELECT ON t TO {roles[2]};""")
    database.run_script(diff(whimbrel, database.url, less, "--privileges"))
    assert diff(whimbrel, database.url, less, "--privileges") == ""
    assert database.query(f"SELECT has_table_privilege('{roles[1]}', 't', 'SELECT'),"
                          f" has_table_privilege('{roles[1]}', 't', 'INSERT')") == [(False, True)]


def test_columns_keep_theirs(whimbrel, roles, database, write):
    """What is revoked from a table's role PostgreSQL revokes of all of its columns."""
    database.run_script(f"CREATE TABLE t (a integer, b integer); GRANT SELECT, UPDATE ON t TO {roles[0]};"
                        f"GRANT SELECT (a), UPDATE (a), UPDATE (b) ON t TO {roles[0]}")
    wanted = write("wanted.sql", f"CREATE TABLE t (a integer, b integer); GRANT SELECT (a), UPDATE (b) ON t TO {roles[0]}")
    database.run_script(diff(whimbrel, database.url, wanted, "--privileges"))
    assert diff(whimbrel, database.url, wanted, "--privileges") == ""
    assert database.query("SELECT attname, attacl::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"
                          " ORDER BY 1") == [("a", f"{{{roles[0]}=r/whimbrel}}"), ("b", f"{{{roles[0]}=w/whimbrel}}")]


def test_columns_that_go_with_a_parent(whimbrel, roles, database, write):
    rest = f"CREATE TABLE c PARTITION OF p FOR VALUES IN (1); GRANT SELECT (a) ON c TO {roles[0]};"
    database.run_script("CREATE TABLE p (a integer, b integer) PARTITION BY LIST (a);" + rest +
                        f"GRANT SELECT (b) ON c TO {roles[0]}")
    wanted = write("wanted.sql", "CREATE TABLE p (a integer) PARTITION BY LIST (a);" + rest)
    up = diff(whimbrel, database.url, wanted, "--privileges")
    assert up == "ALTER TABLE public.p DROP COLUMN b; -- destroys data\n"
    down = diff(whimbrel, database.url, wanted, "--privileges", "--down")
    before = fingerprint(database.cluster, database.name)
    database.run_script(up)
    database.run_script(down)
    assert fingerprint(database.cluster, database.name) == before


@pytest.mark.parametrize("live", [True, False])
def test_renamed_things_keep_theirs(whimbrel, roles, database, write, live):
    old = write("old.sql", RIGHTS.format(*roles))
    new = write("new.sql", RIGHTS.format(*roles).replace(" t ", " people ").replace("(a)", "(age)").replace(" a ", " age "))
    database.run_script(old.read_text())
    assert "people (id serial" in new.read_text() and "UPDATE (age) ON people" in new.read_text()
    up = diff(whimbrel, database.url if live else old, new, "--owners", "--privileges", "--rename", "t=people", "--rename",
              "t.a=age", "--scratch", database.url)
    assert "GRANT" not in up and "REVOKE" not in up and "OWNER" not in up and up.count("RENAME") == 4
    database.run_script(up)
    assert diff(whimbrel, database.url, new, "--owners", "--privileges") == ""


def test_a_role_that_is_not_there(whimbrel, database, write):
    wanted = write("wanted.sql", "CREATE TABLE t (a integer);\nGRANT SELECT ON t TO nobody_of_that_name;")
    done = whimbrel("diff", database.url, wanted, "--privileges").failed(1, 'role "nobody_of_that_name" does not exist')
    assert "wanted.sql:2" in done.err and "whole server" in done.err


@pytest.mark.engine("sqlite")
def test_sqlite_has_neither(whimbrel, database, write):
    same = write("same.sql", "CREATE TABLE t (a integer);")
    done = whimbrel("diff", same, same, "--scratch", database.url, "--owners", "--privileges").ok()
    assert done.out == "" and "SQLite has no owners and no privileges" in done.err
    assert "SQLite has" not in whimbrel("diff", same, same, "--scratch", database.url).ok().err
