"""What a SQLite database is made of, asked of SQLite and its texts, with nothing of whimbrel's: to judge by."""

import re
import sqlite3

TOKEN = re.compile(r"""\s+|--[^\n]*|/\*.*?(?:\*/|$)|(?P<string>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^]]*\])"""
                   r"""|(?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)|(?P<other>[0-9.]+|.)""", re.DOTALL)
OWN = ("alembic_version", "whimbrel_ledger")


def connect(path):
    return sqlite3.connect(path, isolation_level=None)


def tokens(sql):
    """Without comments, blanks and quotes, in lower case but for strings."""
    found = []
    for match in TOKEN.finditer(sql):
        if match["name"]:
            quote = match["name"][-1]
            found.append(match["name"][1:-1].replace(quote * 2, quote).lower())
        elif match["string"] or match["word"] or match["other"]:
            found.append(match["string"] or match[0].lower())
    return found


def statement(sql):
    """The tokens, with the name that is made in one spelling: SQLite takes 'x' for a name, too."""
    found = tokens(sql)
    place = next((at for at, token in enumerate(found[:6]) if token in ("table", "index", "view", "trigger")), 0) + 1
    if found[place:place + 3] == ["if", "not", "exists"]:
        place += 3
    if place < len(found) and found[place].startswith("'"):
        found[place] = found[place][1:-1].replace("''", "'").lower()
    return found


def elements(sql):
    """CREATE TABLE as its name, its columns and constraints in whatever order, and what follows them."""
    found = statement(sql)
    start, depth, element, bag = found.index("("), 0, [], []
    for place, token in enumerate(found[start:], start):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            bag.append(" ".join(element))
            return [" ".join(found[:start]), sorted(bag), " ".join(found[place + 1:])]
        if token == "," and depth == 1:
            bag.append(" ".join(element))
            element = []
        elif place > start:
            element.append(token)
    raise ValueError(sql)


def expression(found, own_table):
    """Without parentheses around it, and without the table's own name before its columns."""
    text = " ".join(found).replace(f"{own_table} . ", "")
    while text.startswith("( ") and text.endswith(" )") and text.count("(") == 1:
        text = text[2:-2]
    return re.sub(r"^\( (\( [^()]* \)) \)$", r"\1", text).removeprefix("( ").removesuffix(" )")


def clauses(sql):
    """What the pragmas don't tell, wherever it stands."""
    found, bag = tokens(sql), []
    for place, token in enumerate(found):
        if token in ("collate", "conflict", "autoincrement", "initially") and found[place + 1] not in ("binary", "abort"):
            bag.append((token, found[place + 1] if token != "autoincrement" else ""))
        if token == "check" and found[place + 1] == "(":
            end, depth = place + 1, 1
            while depth:
                end += 1
                depth += (found[end] == "(") - (found[end] == ")")
            bag.append((token, expression(found[place + 1:end + 1], found[2])))
        if token == "constraint":
            bag.append((token, found[place + 1]))
    return sorted(bag)


def look(connection, pragma, *arguments):
    return connection.execute(f"SELECT * FROM {pragma}({', '.join('?' * len(arguments))})", arguments).fetchall()


def default_of(text):
    found = tokens(text or "null")
    return "" if found == ["null"] else " ".join(found)


def table(connection, name):
    """By the pragmas alone."""
    columns = [(column.lower(), kind.lower(), notnull, default_of(default), pk, hidden) for
               _, column, kind, notnull, default, pk, hidden in look(connection, "pragma_table_xinfo", name)]
    keys = {}
    for number, _, parent, source, target, update, delete, match in look(connection, "pragma_foreign_key_list", name):
        keys.setdefault((number, parent.lower(), update, delete, match), []).append((source.lower(), (target or "").lower()))
    for (_, parent, *_), columns in keys.items():
        if not columns[0][1]:  # it refers to the primary key
            primary = {row[5]: row[1].lower() for row in look(connection, "pragma_table_xinfo", parent)}
            columns[:] = [(source, primary.get(place, "")) for place, (source, _) in enumerate(columns, 1)]
    indexes = [(None if origin != "c" else index.lower(), unique, origin, partial,
                tuple((str(row[2]).lower(), row[3], row[4].lower()) for row in
                      look(connection, "pragma_index_xinfo", index) if row[5]))
               for _, index, unique, origin, partial in look(connection, "pragma_index_list", name)]
    kind = connection.execute("SELECT type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
                              (name,)).fetchall()
    return {"kind": kind, "columns": sorted(columns), "indexes": sorted(indexes, key=repr),
            "foreign keys": sorted((key[1:], tuple(columns)) for key, columns in keys.items())}


def fingerprint(path, texts=True):
    """`texts`: also what the pragmas don't tell. Two spellings of one constraint (of the column, of the table) differ."""
    connection = connect(path)
    shadows = {name for name, in connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
    found = {}
    for kind, name, of, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall():
        if of in OWN or of in shadows or name.startswith("sqlite_"):
            continue
        if kind == "table" and tokens(sql)[1] == "table":
            found[kind, name.lower()] = [elements(sql) if texts else clauses(sql), table(connection, name)]
        else:
            found[kind, name.lower()] = [token for token in statement(sql) if kind != "index" or token != "asc"]
    connection.close()
    return found


def rows(path):
    """Of each ordinary table: its columns, and what they are by rowid (or the primary key)."""
    connection = connect(path)
    found = {}
    for name, without_rowid in connection.execute(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'").fetchall():
        if name in OWN or name.startswith("sqlite_"):
            continue
        plain = [row[1] for row in look(connection, "pragma_table_xinfo", name) if row[6] == 0]
        taken = {row[1].lower() for row in look(connection, "pragma_table_xinfo", name)}
        key = "NULL" if without_rowid else next(word for word in ("rowid", "_rowid_", "oid", "NULL") if word not in taken)
        order = [quote(row[1]) for row in look(connection, "pragma_table_xinfo", name) if row[5]] if key == "NULL" else ["1"]
        cursor = connection.execute(f"SELECT {key}, {', '.join(quote(column) for column in plain)} FROM {quote(name)} "
                                    f"ORDER BY {', '.join(order) or '2'}")
        found[name.lower()] = [{"": row[0], **{column.lower(): value for column, value in zip(plain, row[1:])}}
                               for row in cursor]
    connection.close()
    return found


def is_kept(old, new):
    """A column of another type has the value in that; one that must not be NULL any more its default instead."""
    if old is None or old == new:
        return True
    old, new = (value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in (old, new))
    try:
        return float(old) == float(new)
    except ValueError:
        return old == new


def assert_kept(before, after):
    """Every row of a table that is still there has what it had, in the columns that are still there."""
    for name in before.keys() & after.keys():
        if before[name] and after[name] and not before[name][0].keys() & after[name][0].keys():
            continue
        assert len(before[name]) == len(after[name]), name
        for old, new in zip(before[name], after[name]):
            for column in old.keys() & new.keys():
                if column == "" and (new[column] is None or new[column] in [new[name] for name in new if name]):
                    continue  # a table WITHOUT ROWID now, or one with a column that is the rowid
                assert is_kept(old[column], new[column]), (name, column, old, new)


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def dangling_rows(connection):
    try:
        return connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.OperationalError:
        return []  # a key fits no table, which SQLite allows


def run(path, sql):
    """As a revision is run: foreign keys are enforced until it says otherwise, and all in one transaction."""
    connection = connect(path)
    off = "PRAGMA foreign_keys = OFF;\n"
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if sql.startswith(off):
            connection.execute(off)
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements(sql.removeprefix(off)):
            connection.execute(statement)
        dangling = dangling_rows(connection)
        assert dangling == [], f"foreign key constraint failed: {dangling} after:\n{sql}"
        connection.execute("COMMIT")
        found = connection.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], found
    except sqlite3.Error as error:
        raise AssertionError(f"{error} in:\n{sql}") from error
    finally:
        connection.close()


def run_or_empty(path, script):
    """Rows may stand in the way of a new constraint: then nothing is changed, and without them it works."""
    before = rows(path)
    try:
        run(path, script)
        assert_kept(before, rows(path))
    except AssertionError as error:
        if not any(word in str(error) for word in ("constraint failed", "cannot store", "datatype mismatch")):
            raise
        assert rows(path) == before
        connection = connect(path)
        for table in before:
            connection.execute(f"DELETE FROM {quote(table)}")
        connection.close()
        run(path, script)


def statements(script):
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), statement
