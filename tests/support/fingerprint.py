"""What a PostgreSQL database's schema is, by pg_dump alone: nothing of whimbrel's takes part."""

import re

import psycopg

NOISE = re.compile(r"^(--.*|SET .*|RESET SESSION AUTHORIZATION;|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|\s*)$")

TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(\$\w*\$).*?\1|--[^\n]*|;\n|.", re.DOTALL)


def statements(script):
    """The statements of a dump, without its comments and settings."""
    start = 0
    for token in TOKEN.finditer(script):
        if token[0] != ";\n":
            continue
        lines = script[start:token.end()].splitlines()
        while lines and NOISE.match(lines[0]):
            lines.pop(0)
        if lines and is_inside_atomic(lines):
            continue
        start = token.end()
        if lines:
            yield "\n".join(lines)


def is_inside_atomic(lines):
    text = "\n".join(lines)
    return re.search(r"^\s*BEGIN ATOMIC$", text, re.MULTILINE) and not re.search(r"^\s*END;?$", text, re.MULTILINE)


def normalised(statement):
    """The elements of CREATE TABLE in an order of their own: a column that is added later stands last."""
    match = re.match(r"(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]*\(\n)(.*?)(\n\).*)$", statement, re.DOTALL)
    if not match:
        return statement
    elements = sorted(element.strip().rstrip(",") for element in re.split(r",\n(?=    \S)", match[2]))
    return match[1] + "\n".join(elements) + match[3]


def fingerprint(cluster, database, privileges=True):
    """A sorted list of statements, and what pg_dump leaves out."""
    found = [normalised(statement) for statement in statements(cluster.pg_dump(database, "-s"))]
    if not privileges:
        found = [statement for statement in found
                 if not re.match(r"(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES)\b|ALTER .* OWNER TO ", statement)]
    invalid = query(cluster, database, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    return sorted(found) + sorted(f"INVALID {name}" for name, in invalid)


def query(cluster, database, sql):
    with psycopg.connect(host=str(cluster.folder), port=cluster.port, user=cluster.user, dbname=database,
                         autocommit=True) as connection:
        return connection.execute(sql).fetchall()


USERS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def identities(cluster, database):
    """Which table and which column each name means: {(table, column): (oid, attnum)}."""
    rows = query(cluster, database, f"""
        SELECT n.nspname || '.' || c.relname, c.oid, a.attname, a.attnum FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND {USERS}""")
    return {(table, column): (oid, number) for table, oid, column, number in rows}


def row_counts(cluster, database):
    tables = query(cluster, database, f"""
        SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND {USERS}""")
    if not tables:
        return {}
    counts = " UNION ALL ".join(f"SELECT {i}, count(*) FROM ONLY {table}" for i, (table,) in enumerate(tables))
    return {tables[i][0]: count for i, count in query(cluster, database, counts)}
