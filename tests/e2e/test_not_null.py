"""NOT NULL as PostgreSQL 18 has it: a constraint with a name, that may be NOT VALID or NO INHERIT."""

import pytest

pytestmark = [pytest.mark.engine("postgresql"), pytest.mark.server]

CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, connoinherit, coninhcount
    FROM pg_constraint WHERE contype = 'n' AND conrelid <> 0 ORDER BY 1, 2"""

CASES = {
    "a name": (
        "CREATE TABLE t (a integer NOT NULL, b integer CONSTRAINT b_is_there NOT NULL);",
        "CREATE TABLE t (a integer CONSTRAINT required NOT NULL, b integer NOT NULL);",
        ["ALTER TABLE public.t RENAME CONSTRAINT t_a_not_null TO required;",
         "ALTER TABLE public.t RENAME CONSTRAINT b_is_there TO t_b_not_null;"]),
    "a new table": (
        "",
        """CREATE TABLE t (a integer CONSTRAINT "Must Be" NOT NULL NO INHERIT, b serial CONSTRAINT x NOT NULL,
               c integer GENERATED ALWAYS AS IDENTITY CONSTRAINT y NOT NULL, d integer, e text NOT NULL);
           ALTER TABLE t ADD CONSTRAINT later NOT NULL d NOT VALID;""",
        ["CREATE TABLE public.t (", '    a integer CONSTRAINT "Must Be" NOT NULL NO INHERIT,',
         "    b serial CONSTRAINT x NOT NULL,",
         "    c integer GENERATED ALWAYS AS IDENTITY CONSTRAINT y NOT NULL,", "    d integer,", "    e text NOT NULL", ");",
         "", "ALTER TABLE public.t ADD CONSTRAINT later NOT NULL d NOT VALID;"]),
    "a column in use": (
        "CREATE TABLE t (a integer, b integer, c integer);",
        "CREATE TABLE t (a integer NOT NULL, b integer CONSTRAINT mine NOT NULL NO INHERIT, c integer);"
        "ALTER TABLE t ADD NOT NULL c NOT VALID;",
        ["ALTER TABLE public.t ADD CONSTRAINT t_a_not_null NOT NULL a NOT VALID;",
         "ALTER TABLE public.t VALIDATE CONSTRAINT t_a_not_null;",
         "ALTER TABLE public.t ADD CONSTRAINT mine NOT NULL b NO INHERIT NOT VALID;",
         "ALTER TABLE public.t VALIDATE CONSTRAINT mine;",
         "ALTER TABLE public.t ADD CONSTRAINT t_c_not_null NOT NULL c NOT VALID;"]),
    "a state": (
        "CREATE TABLE t (a integer, b integer NOT NULL, c integer NOT NULL NO INHERIT);"
        "ALTER TABLE t ADD CONSTRAINT later NOT NULL a NOT VALID;",
        "CREATE TABLE t (a integer CONSTRAINT later NOT NULL, b integer NOT NULL NO INHERIT, c integer);"
        "ALTER TABLE t ADD NOT NULL c NOT VALID;",
        ["ALTER TABLE public.t VALIDATE CONSTRAINT later;",
         "ALTER TABLE public.t ALTER CONSTRAINT t_b_not_null NO INHERIT;",
         "ALTER TABLE public.t ALTER COLUMN c DROP NOT NULL;",
         "ALTER TABLE public.t ADD CONSTRAINT t_c_not_null NOT NULL c NOT VALID;"]),
    "partitions": (
        "CREATE TABLE t (a integer, b integer, c integer) PARTITION BY LIST (a);"
        "CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);"
        "ALTER TABLE t_2 ADD CONSTRAINT its_own NOT NULL c;",
        "CREATE TABLE t (a integer, b integer CONSTRAINT of_all NOT NULL, c integer) PARTITION BY LIST (a);"
        "CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);"
        "ALTER TABLE t_1 ALTER COLUMN c SET NOT NULL;",
        ["ALTER TABLE public.t_2 ALTER COLUMN c DROP NOT NULL;",
         "ALTER TABLE public.t ADD CONSTRAINT of_all NOT NULL b NOT VALID;",
         "ALTER TABLE public.t VALIDATE CONSTRAINT of_all;",
         "ALTER TABLE public.t_1 ADD CONSTRAINT t_1_c_not_null NOT NULL c NOT VALID;",
         "ALTER TABLE public.t_1 VALIDATE CONSTRAINT t_1_c_not_null;"]),
    "names of PostgreSQL's": (
        "CREATE TABLE u (b integer NOT NULL); ALTER TABLE u RENAME TO t; ALTER TABLE t RENAME COLUMN b TO a;"
        "CREATE TABLE k (a integer PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE other (a integer NOT NULL);"
        "ALTER TABLE k ATTACH PARTITION other FOR VALUES IN (1);",
        "CREATE TABLE t (a integer NOT NULL); CREATE TABLE k (a integer PRIMARY KEY) PARTITION BY LIST (a);"
        "CREATE TABLE other PARTITION OF k FOR VALUES IN (1);",
        []),
}


@pytest.mark.parametrize("case", CASES)
def test_not_null(case, database, whimbrel):
    if database.version < 18:
        pytest.skip("NOT NULL has a name from PostgreSQL 18 on")
    before, after, expected = CASES[case]
    database.run_script(before)
    first = database.query(CONSTRAINTS)
    for name, text in (("before.sql", before), ("after.sql", after)):
        (whimbrel.folder / name).write_text(text)
    up, down = (whimbrel("diff", "before.sql", "after.sql", "--scratch", database.url, *way).ok().out
                for way in ([], ["--down"]))
    assert up.splitlines() == expected
    for script, name in ((up, "after.sql"), (down, "before.sql")):
        database.cluster.psql(database.name, "-f", "-", script=script)
        assert whimbrel("diff", database.url, name).ok().out == ""
        assert whimbrel("diff", database.url, name, "--no-online", "--down").ok().out == ""
    assert database.query(CONSTRAINTS) == first
