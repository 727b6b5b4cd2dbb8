"""Random SQLite schemas with rows, and random edits of them."""

import random

NAMES = ["a", "b", "id", "name", "Order", "my col", 'q"uote', "per%cent", "emoji 🐦", "MixedCase", "rowid", "group", "c1", "c2",
         "c3", "select", "it's", "back`tick", "brack[et", "x'y", "_rowid_", "oid", "value", "size"]
TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "varchar(20)", "decimal (10, 2)", "int", "", "DOUBLE PRECISION"]
STRICT_TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "INT", "ANY"]
TABLES = ["t", "u", "People", "order items", "w%x", "ta🐦ble", "Group", 'd"q']


def quoted(rng, name):
    styles = ['"' + name.replace('"', '""') + '"', "`" + name.replace("`", "``") + "`"]
    if "]" not in name:
        styles.append(f"[{name}]")
    if name.isidentifier() and name.isascii() and name.lower() not in ("order", "group", "select"):
        styles += [name, name, name.upper(), name.lower()]
    return rng.choice(styles)


class Column:
    def __init__(self, rng, name, strict):
        self.name = name
        self.type = rng.choice(STRICT_TYPES if strict else TYPES)
        self.not_null = rng.random() < 0.3
        self.default = rng.choice([None, None, None, "7", "-1.5", "'it''s'", "(1 + 2)", "CURRENT_TIMESTAMP", "x'ab'",
                                   "true", "NULL", "('p')"])
        if strict:
            self.default = {"INTEGER": "7", "INT": "(3)", "TEXT": "'it''s'"}.get(self.type) if rng.random() < .5 else None
        if self.not_null and self.default in (None, "NULL"):
            self.default = "'d'" if not strict else {"INTEGER": "1", "INT": "1", "REAL": "1.0", "TEXT": "'d'", "BLOB": "x'00'",
                                                      "ANY": "0"}[self.type]
        self.collation = rng.choice([None, None, None, "NOCASE", "RTRIM", "binary"])
        self.check = rng.random() < 0.15
        self.unique = rng.random() < 0.1
        self.generated = rng.choice([None] * 6 + ["VIRTUAL", "STORED"])
        if self.generated:
            self.not_null, self.default, self.type = False, None, "TEXT"
        self.reference = None


class Table:
    def __init__(self, rng, name, others):
        self.name = name
        self.strict = rng.random() < 0.2
        self.key = rng.choice(["rowid", "autoincrement", "none", "text", "without rowid", "two"])
        self.columns = [Column(rng, column, self.strict) for column in rng.sample(NAMES, rng.randint(2, 6))]
        self.columns[0].generated = self.columns[1].generated = None
        for column in self.columns[2:]:
            if others and not column.generated and rng.random() < 0.15:
                column.not_null, column.default = False, None
                column.reference = (rng.choice(others), rng.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL",
                                                                    " DEFERRABLE INITIALLY DEFERRED"]))
        self.constraints = rng.random() < 0.3
        self.named = rng.random() < 0.5

    def sql(self, rng):
        word = rng.choice([str.upper, str.lower])
        base = self.columns[0]
        parts = []
        for place, column in enumerate(self.columns):
            text = f"{quoted(rng, column.name)} {column.type}"
            if place == 0 and self.key in ("rowid", "autoincrement"):
                text = f"{quoted(rng, column.name)} INTEGER"
                if self.key == "autoincrement":
                    text += word(" PRIMARY KEY AUTOINCREMENT")
                elif rng.random() < 0.5:
                    text += word(" PRIMARY KEY")
                    parts.append(text)
                    continue
                parts.append(text)
                continue
            if place == 0 and self.key in ("text", "without rowid"):
                parts.append(f"{quoted(rng, column.name)} {'TEXT'}" + word(" primary key"))
                continue
            if column.generated:
                text += word(" generated always as ") + f"({quoted(rng, self.columns[1].name)} || '-')" + \
                    (" " + column.generated)
            if column.not_null:
                text += rng.choice(["", " /* never */"]) + word(" not null")
            if column.default:
                text += word(" default ") + column.default
            if column.collation:
                text += word(" collate ") + column.collation
            if column.check:
                text += word(" check ") + f"({quoted(rng, column.name)} <> 'bad')"
            if column.unique and not column.generated:
                text += word(" unique")
            if column.reference:
                text += word(" references ") + quoted(rng, column.reference[0]) + column.reference[1]
            parts.append(text)
        names = quoted(rng, base.name)
        if self.key == "rowid" and "PRIMARY" not in parts[0].upper():
            parts.append(f"{word('primary key')} ({names})")
        if self.key == "two":
            parts.append(f"PRIMARY KEY ({names}, {quoted(rng, self.columns[1].name)})")
        if self.constraints:
            name = word("constraint ") + quoted(rng, "ck " + self.name) + " " if self.named else ""
            parts.append(f"{name}CHECK ({quoted(rng, self.columns[1].name)} IS NOT 'never')")
            parts.append(f"UNIQUE ({quoted(rng, self.columns[1].name)}, {names} desc) on conflict ignore")
        options = [option for option, there in (("STRICT", self.strict), ("WITHOUT ROWID", self.key == "without rowid"))
                   if there]
        separator = rng.choice([", ", ",\n  ", " -- x, y)\n , "])
        return f"{word('create table ')}{quoted(rng, self.name)} (" + separator.join(parts) + "\n) " + ", ".join(options)


class Schema:
    def __init__(self, rng):
        names = rng.sample(TABLES, rng.randint(1, 4))
        self.tables = {}
        for name in names:
            self.tables[name] = Table(rng, name, [other for other in self.tables if self.can_be_referred_to(other)])
        self.extras = {}
        for number in range(rng.randint(0, 5)):
            self.add_extra(rng, f"x {number}" if rng.random() < 0.3 else f"x{number}")

    def can_be_referred_to(self, name):
        return self.tables[name].key in ("rowid", "autoincrement", "text")

    def add_extra(self, rng, name):
        table = rng.choice(list(self.tables.values()))
        kind = rng.choice(["index", "unique", "partial", "expression", "view", "star", "trigger", "cross"])
        self.extras[name] = (kind, table.name, rng.choice([0, 1, -1]), rng.choice(list(self.tables)))

    def extra(self, rng, name):
        kind, of, place, other = self.extras[name]
        if of not in self.tables or other not in self.tables:
            return None
        table = self.tables[of]
        me, on, column = (quoted(rng, text) for text in (name, of, table.columns[place].name))
        rowid = quoted(rng, table.columns[0].name)
        return {"index": f"CREATE INDEX {me} ON {on} ({column} desc, {rowid})",
                "unique": f"CREATE UNIQUE INDEX {me} ON {on} ({column}, {rowid} ASC)",
                "partial": f"CREATE INDEX {me} on {on} ({rowid} collate nocase) WHERE {column} IS NOT NULL",
                "expression": f"CREATE INDEX {me} ON {on} (lower({column}), {rowid})",
                "view": f"CREATE VIEW {me} AS SELECT {column} AS shown FROM {on}",
                "star": f"CREATE VIEW {me} (n) AS SELECT count(*) FROM (SELECT * FROM {on} /* x */)",
                "trigger": f"CREATE TRIGGER {me} AFTER DELETE ON {on} BEGIN SELECT old.{column}; END",
                "cross": f"CREATE TRIGGER {me} AFTER DELETE ON {on} BEGIN DELETE FROM {quoted(rng, other)} "
                         f"WHERE 0; END"}[kind]

    def script(self, rng):
        texts = [table.sql(rng) for table in self.tables.values()]
        texts += [text for text in (self.extra(rng, name) for name in self.extras) if text]
        return "".join(text + ";\n" for text in texts)

    def edit(self, rng):
        for _ in range(rng.randint(1, 4)):
            table = rng.choice(list(self.tables.values()))
            what = rng.choice(["add", "drop", "column", "constraints", "strict", "key", "extra", "no extra", "table",
                               "no table", "named"])
            if what == "add":
                free = [name for name in NAMES if name.lower() not in {c.name.lower() for c in table.columns}]
                table.columns.insert(rng.randint(2, len(table.columns)), Column(rng, rng.choice(free), table.strict))
            elif what == "drop" and len(table.columns) > 2:
                del table.columns[rng.randrange(2, len(table.columns))]
            elif what == "column" and len(table.columns) > 2:
                place = rng.randrange(2, len(table.columns))
                table.columns[place] = Column(rng, table.columns[place].name, table.strict)
            elif what == "constraints":
                table.constraints = not table.constraints
            elif what == "named":
                table.named = not table.named
            elif what == "key" and table.key in ("rowid", "autoincrement"):
                table.key = "autoincrement" if table.key == "rowid" else "rowid"
            elif what == "extra":
                self.add_extra(rng, f"y{rng.randrange(9)}")
            elif what == "no extra" and self.extras:
                del self.extras[rng.choice(list(self.extras))]
            elif what == "table":
                free = [name for name in TABLES if name not in self.tables]
                if free:
                    name = rng.choice(free)
                    self.tables[name] = Table(rng, name, [t for t in self.tables if self.can_be_referred_to(t)])
            elif what == "no table" and len(self.tables) > 1:
                referred = {c.reference[0] for t in self.tables.values() for c in t.columns if c.reference}
                if table.name not in referred:
                    del self.tables[table.name]


def fill(connection, quote):
    """Two or three rows in every table that takes them."""
    connection.execute("PRAGMA foreign_keys = OFF")
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE "
                                "'sqlite_%'").fetchall()
    for table, strict in tables:
        columns = [row for row in connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table,)) if row[6] == 0]
        keys = {row[3] for row in connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,))}
        for number in (10, 20, 30):
            values = []
            for place, name, kind, *_ in columns:
                value = number + place
                if "TEXT" in kind or "char" in kind:
                    value = f"v{value}"
                values.append(None if name in keys else value.to_bytes(2, "big") if kind == "BLOB" and strict else value)
            marks, names = ", ".join("?" * len(columns)), ", ".join(quote(column[1]) for column in columns)
            connection.execute(f"INSERT OR IGNORE INTO {quote(table)} ({names}) VALUES ({marks})", values)
