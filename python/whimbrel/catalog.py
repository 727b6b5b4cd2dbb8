"""
What a schema is made of, one definition per thing, to tell whether two states of a database are the same. A comparison
of texts within one engine; nothing is understood.
"""

import re

# One row per thing: kind, name, definition. What belongs to an extension comes and goes with it. The order of columns
# is left out: no ALTER TABLE can bring it back. All of it are joins of whole tables, no subquery per row: it is planned
# once, while the database is empty, and must not take the longer for that when it is not.
POSTGRESQL = """
WITH space AS (
    SELECT oid, nspname::text AS name, nspacl AS acl FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), member AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), relation AS (
    SELECT c.*, s.name || '.' || c.relname AS name FROM pg_catalog.pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
)
SELECT 'schema', name, CASE WHEN name <> 'public' THEN acl::text END FROM space
UNION ALL
SELECT 'extension', extname, extversion FROM pg_catalog.pg_extension
UNION ALL
SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
            WHEN 'c' THEN 'composite type' ELSE 'table' END, name,
    concat_ws(' ', relkind, relpersistence, reloptions::text, relacl::text, relrowsecurity, relforcerowsecurity,
        CASE WHEN relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(oid) END,
        CASE WHEN relkind = 'p' THEN pg_catalog.pg_get_partkeydef(oid) END,
        pg_catalog.pg_get_expr(relpartbound, oid), parents,
        concat_ws(',', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle))
FROM relation
LEFT JOIN (SELECT inhrelid, string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) AS parents
    FROM pg_catalog.pg_inherits GROUP BY inhrelid) i ON i.inhrelid = oid
LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = oid
WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f')
UNION ALL
SELECT 'column', r.name || '.' || a.attname,
    concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
        pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attacl::text,
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END)
FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'c', 'f')
UNION ALL
SELECT 'constraint', r.name || '.' || k.conname, pg_catalog.pg_get_constraintdef(k.oid)
FROM relation r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid WHERE k.contype <> 'n'
UNION ALL
SELECT 'index', r.name || '.' || n.relname, pg_catalog.pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
FROM relation r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid JOIN pg_catalog.pg_class n ON n.oid = i.indexrelid
UNION ALL
SELECT 'trigger', r.name || '.' || g.tgname, pg_catalog.pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
FROM relation r JOIN pg_catalog.pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal
UNION ALL
SELECT 'policy', r.name || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::text,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
FROM relation r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'rule', r.name || '.' || w.rulename, pg_catalog.pg_get_ruledef(w.oid)
FROM relation r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'function', s.name || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
    CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_catalog.pg_get_functiondef(p.oid) END || coalesce(p.proacl::text, '')
FROM pg_catalog.pg_proc p JOIN space s ON s.oid = p.pronamespace
WHERE p.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid)
UNION ALL
SELECT 'type', s.name || '.' || t.typname,
    concat_ws(' ', t.typtype, CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,
        t.typnotnull, t.typdefault, e.labels, k.checks)
FROM pg_catalog.pg_type t JOIN space s ON s.oid = t.typnamespace
LEFT JOIN (SELECT enumtypid, string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) AS labels
    FROM pg_catalog.pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid
LEFT JOIN (SELECT contypid, string_agg(conname || ' ' || pg_catalog.pg_get_constraintdef(oid), ', ' ORDER BY conname)
    AS checks FROM pg_catalog.pg_constraint WHERE contypid <> 0 AND contype <> 'n' GROUP BY contypid) k
    ON k.contypid = t.oid
WHERE t.typtype IN ('e', 'd', 'r')
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
UNION ALL
SELECT 'comment', pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
FROM pg_catalog.pg_description d WHERE d.objoid >= 16384
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = d.classoid AND m.objid = d.objoid)
"""


def of_postgresql(rows, version_table):
    """`rows`: what POSTGRESQL gives. {(kind, name): definition}"""
    own = ([version_table], [version_table + "_pkc"])
    return {(kind, name): definition for kind, name, definition in rows if name.split(".", 2)[1:2] not in own}


def of_sqlite(query, version_table, known):
    """`known`: a dict that the caller keeps: what a table is made of follows from its CREATE TABLE."""
    things = {}
    for kind, name, table, sql in query("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if table == version_table or name.startswith("sqlite_"):
            continue
        if kind != "table":
            things[kind, name] = _same_spelling(sql or "")
            continue
        if (name, sql) not in known:
            known[name, sql] = _table_of_sqlite(query, name, sql)
        things.update(known[name, sql])
    return things


def _table_of_sqlite(query, name, sql):
    things = {("table", name): " ".join(sorted(_checks(sql)))}
    for column in query("PRAGMA table_xinfo(%s)" % _name(name)):
        things["column", name + "." + column[1]] = repr(column[2:])
    for key in query("PRAGMA foreign_key_list(%s)" % _name(name)):
        things["foreign key", "%s.%s -> %s.%s" % (name, key[3], key[2], key[4])] = repr(key[5:])
    for index in query("PRAGMA index_list(%s)" % _name(name)):
        if index[3] != "c":  # of a constraint
            columns = query("PRAGMA index_info(%s)" % _name(index[1]))
            things["constraint", "%s (%s)" % (name, ", ".join(str(row[2]) for row in columns))] = index[3]
    return things


def _name(name):
    return '"%s"' % name.replace('"', '""')


def _same_spelling(sql):
    return re.sub(r"\s*([(),])\s*", r"\1", " ".join(re.sub(r'["`\[\]]', "", sql).split()))


def _checks(sql):
    """The CHECK constraints of a CREATE TABLE, which no PRAGMA tells."""
    for match in re.finditer(r"\bCHECK\s*\(", sql, re.IGNORECASE):
        depth, end = 1, match.end()
        while end < len(sql) and depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield _same_spelling(sql[match.end() : end - 1])


def differences(before, after):
    """What is in the one and not, or not the same, in the other: a list of words."""
    found = ["%s %s is gone" % key for key in sorted(set(before) - set(after))]
    found += ["%s %s is new" % key for key in sorted(set(after) - set(before))]
    found += ["%s %s is another" % key for key in sorted(set(before) & set(after)) if before[key] != after[key]]
    return found


def shortened(found, count=4):
    more = len(found) - count
    return ", ".join(found[:count]) + (" and %d more" % more if more > 0 else "")
