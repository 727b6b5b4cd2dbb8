"""
Random PostgreSQL schemas and random edits of them, as lists of statements. A statement that PostgreSQL refuses is left
out of its schema by whoever runs the list: a view on a column that an edit has taken away is gone with it. So nothing
here has to know what is allowed, and a failing pair can be shrunk by leaving out more statements.
"""

import copy
import random

import psycopg

from support.corpora import Judge

SCHEMAS = ["public", "app", "Odd Schema"]
TABLES = ["t", "users", "Order Items", "select", 'we"ird', "größe", "a_rather_long_name_of_a_table_which_is_nearly_63_bytes"]
COLUMNS = ["id", "a", "b", "c", "Name", "order", "x y", "n", "d"]
NUMBERS = ["integer", "bigint", "smallint", "numeric(10,2)", "numeric", "double precision"]
TEXTS = ["text", "varchar(20)", "varchar", "char(3)"]
TIMES = ["date", "timestamp with time zone", "timestamp(3) without time zone"]
OTHERS = ["boolean", "uuid", "jsonb", "text[]", "integer[]", "bytea", "inet", "interval", "tsvector", "int4range", "point"]
DEFAULTS = {
    "integer": ["7", "-1", "1 + 2", "length('abc')"], "bigint": ["7", "'12'::bigint"], "smallint": ["7"],
    "numeric(10,2)": ["1.50", "0"], "numeric": ["0.1"], "double precision": ["1e10", "'NaN'"],
    "text": ["'it''s'", "''", "CURRENT_USER", "E'back\\\\slash\\n'", "'%s' || 'x'"], "varchar(20)": ["'v'", "upper('v')"],
    "varchar": ["'w'"], "char(3)": ["'abc'"], "boolean": ["true", "false", "1 < 2"], "date": ["CURRENT_DATE", "'2020-02-29'"],
    "timestamp with time zone": ["now()", "'2020-01-01 00:00+00'"], "timestamp(3) without time zone": ["now()"],
    "uuid": ["gen_random_uuid()"], "jsonb": ["'{}'", "'[1, 2]'"], "text[]": ["'{}'", "ARRAY['a', 'b']"],
    "integer[]": ["ARRAY[1, 2]", "'{}'"], "bytea": ["'\\xdead'"], "inet": ["'127.0.0.1'"], "interval": ["'1 day'"],
    "int4range": ["'[1,5)'"],
}


def q(name):
    """Quoted, unless it need not be."""
    plain = name.isascii() and name.isidentifier() and name.lower() == name and name not in ("select", "order", "user")
    return name if plain else '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class Item:
    """Something that a schema has. `phase` says when it is made, `word` how COMMENT ON calls it."""

    phase, word = 0, None

    def __init__(self, rng, schema):
        self.schema = rng.choice(SCHEMAS)
        self.comment = rng.choice([None, None, None, "it's a comment", "größer %s \\ \n two lines"])
        self.build(rng, schema)

    def build(self, rng, schema):
        pass

    def full(self):
        return f"{q(self.schema)}.{q(self.name)}"

    def target(self):
        return self.full()

    def sql(self):
        return []

    def statements(self):
        found = self.sql()
        if self.comment and self.word and found:
            found = [*found, f"COMMENT ON {self.word} {self.target()} IS {literal(self.comment)}"]
        return found

    def mutate(self, rng, schema):
        if self.word and rng.random() < 0.2:
            self.comment = rng.choice([None, "another", "it's"])
        else:
            self.edit(rng, schema)

    def edit(self, rng, schema):
        """Anything else than the name."""
        name, where = self.name, self.schema
        self.build(rng, schema)
        self.name, self.schema = name, where


class Namespace(Item):
    phase, word = 0, "SCHEMA"

    def __init__(self, name):
        self.name, self.schema, self.comment = name, name, None

    def target(self):
        return q(self.name)

    def sql(self):
        return [f"CREATE SCHEMA IF NOT EXISTS {q(self.name)}"]

    def edit(self, rng, schema):
        pass


class Collation(Item):
    phase, word = 1, "COLLATION"

    def build(self, rng, schema):
        self.name = "coll"
        self.text = rng.choice(["locale = 'C'", "locale = 'POSIX'", "lc_collate = 'C', lc_ctype = 'POSIX'"])

    def sql(self):
        return [f"CREATE COLLATION {self.full()} ({self.text})"]


# ---- Types


class Enum(Item):
    phase, word = 2, "TYPE"

    def build(self, rng, schema):
        self.name = rng.choice(["mood", "Status", "state"])
        self.labels = rng.sample(["sad", "ok", "happy", "it's", "Two Words", "größe", ""], rng.randint(1, 4))

    def sql(self):
        return [f"CREATE TYPE {self.full()} AS ENUM ({', '.join(map(literal, self.labels))})"]

    def edit(self, rng, schema):
        what = rng.random()
        if what < 0.6:
            new = [label for label in ("new", "sad", "ok", "end", "x") if label not in self.labels]
            self.labels.insert(rng.randint(0, len(self.labels)), rng.choice(new))
        elif what < 0.8 and len(self.labels) > 1:
            self.labels.pop(rng.randrange(len(self.labels)))
        else:
            rng.shuffle(self.labels)

    def default(self, rng):
        return f"{literal(rng.choice(self.labels))}::{self.full()}"


class Domain(Item):
    phase, word = 3, "DOMAIN"

    def build(self, rng, schema):
        self.name = rng.choice(["positive", "Email", "code"])
        self.base = rng.choice(["integer", "text", "varchar(20)", "numeric(10,2)", "text[]"]) \
            if rng.random() < 0.8 else schema.type(rng)
        self.default_text = rng.choice([None, None, *DEFAULTS.get(self.base, [])]) if isinstance(self.base, str) else None
        self.not_null = rng.random() < 0.2
        self.collation = rng.choice(['"C"', '"POSIX"']) if self.base == "text" and rng.random() < 0.3 else None
        self.checks = rng.sample(["VALUE IS NOT NULL", "length(VALUE::text) > 2", "VALUE::text <> 'x'"], rng.randint(0, 2))
        self.invalid = rng.random() < 0.15

    def sql(self):
        text = f"CREATE DOMAIN {self.full()} AS {name_of(self.base)}"
        if self.collation:
            text += f" COLLATE {self.collation}"
        if self.default_text:
            text += f" DEFAULT {self.default_text}"
        if self.not_null:
            text += " NOT NULL"
        for number, check in enumerate(self.checks):
            text += f" CONSTRAINT {q(f'Check {number}')} CHECK ({check})"
        found = [text]
        if self.invalid:
            found.append(f"ALTER DOMAIN {self.full()} ADD CONSTRAINT late CHECK (VALUE::text <> 'late') NOT VALID")
        return found

    def edit(self, rng, schema):
        what, fresh = rng.random(), copy.copy(self)
        fresh.build(rng, schema)
        if what < 0.25:
            self.base, self.default_text, self.collation = fresh.base, fresh.default_text, fresh.collation
        elif what < 0.5:
            self.checks, self.invalid = fresh.checks, fresh.invalid
        elif what < 0.75:
            self.not_null = not self.not_null
        elif isinstance(self.base, str):
            self.default_text = rng.choice([None, *DEFAULTS.get(self.base, [])])


class Composite(Item):
    phase, word = 3, "TYPE"

    def build(self, rng, schema):
        self.name = rng.choice(["address", "Pair", "money_amount"])
        self.attributes = [(name, schema.type(rng)) for name in rng.sample(COLUMNS, rng.randint(1, 3))]

    def sql(self):
        return [f"CREATE TYPE {self.full()} AS ({', '.join(f'{q(n)} {name_of(t)}' for n, t in self.attributes)})"]

    def edit(self, rng, schema):
        place = rng.randrange(len(self.attributes))
        what = rng.random()
        if what < 0.4:
            free = [name for name in COLUMNS if name not in dict(self.attributes)]
            self.attributes.insert(rng.randint(0, len(self.attributes)), (rng.choice(free), schema.type(rng)))
        elif what < 0.5:
            rng.shuffle(self.attributes)
        elif what < 0.7 and len(self.attributes) > 1:
            self.attributes.pop(place)
        else:
            self.attributes[place] = (self.attributes[place][0], rng.choice(NUMBERS + TEXTS))


class Range(Item):
    phase, word = 3, "TYPE"

    def build(self, rng, schema):
        self.name = rng.choice(["span", "Float Range"])
        self.subtype = rng.choice(["double precision", "time", "text", "inet"])
        self.extra = ", subtype_diff = float8mi" if self.subtype == "double precision" and rng.random() < 0.5 else ""

    def sql(self):
        return [f"CREATE TYPE {self.full()} AS RANGE (subtype = {self.subtype}{self.extra})"]


def name_of(type_):
    return type_ if isinstance(type_, str) else f"{type_[0].full()}{type_[1]}"


# ---- Sequences


class Sequence(Item):
    phase, word = 4, "SEQUENCE"

    def build(self, rng, schema):
        self.name = rng.choice(["counter", "Seq", "s2"])
        self.options = rng.choice(["", " INCREMENT BY 5", " MINVALUE 10 START WITH 20", " INCREMENT BY -1", " CYCLE",
                                   " CACHE 10", " MAXVALUE 1000", " AS integer", " AS smallint INCREMENT 2"])
        self.owner = None
        if schema.tables() and rng.random() < 0.3:
            table = rng.choice(schema.tables())
            self.owner = (table, rng.choice(table.columns).name)

    def sql(self):
        return [f"CREATE SEQUENCE {self.full()}{self.options}"]


class Ownership(Item):
    """Of a sequence: later than its table."""

    phase = 11

    def build(self, rng, schema):
        self.name, self.sequence = "owner", schema.some(rng, Sequence)

    def sql(self):
        if not self.sequence or not self.sequence.owner:
            return []
        table, column = self.sequence.owner
        return [f"ALTER SEQUENCE {self.sequence.full()} OWNED BY {table.full()}.{q(column)}"]


# ---- Routines


class Function(Item):
    """Of one integer or text to the same, used wherever an expression is; or of other forms."""

    phase, word = 5, "FUNCTION"

    def build(self, rng, schema):
        self.name = rng.choice(["f", "twice", "Odd Function"])
        self.of = rng.choice(["integer", "text"])
        self.form = rng.choice(["sql", "plpgsql", "atomic", "defaults", "sql", "plpgsql"])
        self.number = rng.randint(1, 4)
        self.extra = rng.choice(["", " STRICT", " PARALLEL SAFE", " SECURITY DEFINER", " COST 10", " LEAKPROOF",
                                 " SET search_path TO 'pg_catalog'", " SET work_mem TO '8MB'"])
        self.parameter = rng.choice(["x", "y", "Param"])

    def arguments(self):
        return f"{q(self.parameter)} {self.of}" + (f", more {self.of} DEFAULT '{self.number}'" if self.form == "defaults"
                                                   else "")

    def target(self):
        return f"{self.full()}({self.of}{', ' + self.of if self.form == 'defaults' else ''})"

    def sql(self):
        value = f"$1 + {self.number}" if self.of == "integer" else f"$1 || '{self.number}'"
        head = f"CREATE FUNCTION {self.full()}({self.arguments()}) RETURNS {self.of} IMMUTABLE{self.extra}"
        if self.form == "atomic":
            return [f"{head} RETURN {value}"]
        if self.form == "plpgsql":
            return [f"{head} LANGUAGE plpgsql AS $body$ BEGIN RETURN {value}; -- it's\nEND $body$"]
        return [f"{head} LANGUAGE sql AS 'SELECT {value.replace(chr(39), chr(39) * 2)}'"]


class OtherFunction(Item):
    """Over tables and types."""

    phase, word = 9, "ROUTINE"

    def build(self, rng, schema):
        self.name = rng.choice(["g", "Load", "total"])
        self.form = rng.choice(["setof", "table", "procedure", "type", "atomic", "variadic", "out", "window"])
        self.table = schema.some(rng, Table, View) or None
        self.column = rng.choice(self.table.columns).name if isinstance(self.table, Table) else "a"
        self.type = schema.type(rng)
        self.number = rng.randint(1, 3)

    def target(self):
        return self.full()

    def sql(self):
        name, type_ = self.full(), name_of(self.type)
        of = self.table.full() if self.table else "pg_class"
        return [{
            "setof": f"CREATE FUNCTION {name}() RETURNS SETOF {of} LANGUAGE sql STABLE ROWS {self.number}0 AS "
                     f"$$ SELECT * FROM {of} $$",
            "table": f"CREATE FUNCTION {name}(x integer, v {type_}) RETURNS TABLE (p integer, w {type_}) LANGUAGE sql AS "
                     f"$$ SELECT x + {self.number}, v $$",
            "procedure": f"CREATE PROCEDURE {name}(INOUT v {type_} DEFAULT NULL) LANGUAGE plpgsql AS $$ BEGIN "
                         f"PERFORM {self.number}; END $$",
            "type": f"CREATE FUNCTION {name}(v {type_}) RETURNS {type_} LANGUAGE sql AS 'SELECT $1'",
            "atomic": f"CREATE FUNCTION {name}() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count({q(self.column)}) + "
                      f"{self.number} FROM {of}; END",
            "variadic": f"CREATE FUNCTION {name}(VARIADIC v integer[]) RETURNS integer LANGUAGE sql AS 'SELECT {self.number}'",
            "out": f"CREATE FUNCTION {name}(v {of}, OUT n integer, OUT m {type_}) LANGUAGE sql AS 'SELECT {self.number}, "
                   f"NULL::{type_.replace(chr(39), chr(39) * 2)}'",
            "window": f"CREATE FUNCTION {name}(integer) RETURNS SETOF record LANGUAGE sql AS 'SELECT {self.number}, $1'",
        }[self.form]]


class TriggerFunction(Item):
    phase, word = 5, "FUNCTION"

    def build(self, rng, schema):
        self.name = rng.choice(["touch", "Guard"])
        self.number = rng.randint(1, 3)

    def target(self):
        return self.full() + "()"

    def sql(self):
        return [f"CREATE FUNCTION {self.full()}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM {self.number}; "
                "RETURN NEW; END $$"]


class Aggregate(Item):
    phase, word = 6, "AGGREGATE"

    def build(self, rng, schema):
        self.name = rng.choice(["agg", "Sum Up"])
        self.text = rng.choice(["SFUNC = int4pl, STYPE = integer", "SFUNC = int4pl, STYPE = integer, INITCOND = '0'",
                                "SFUNC = int4larger, STYPE = integer, PARALLEL = SAFE"])

    def target(self):
        return f"{self.full()}(integer)"

    def sql(self):
        return [f"CREATE AGGREGATE {self.full()}(integer) ({self.text})"]


class Operator(Item):
    phase, word = 6, "OPERATOR"

    def build(self, rng, schema):
        self.name = rng.choice(["===", "<~>", "+&"])
        self.function = schema.some(rng, Function)
        self.text = rng.choice(["texteq", "textne"])
        self.more = rng.choice(["", ", COMMUTATOR = {0}", ", RESTRICT = eqsel, JOIN = eqjoinsel", ", HASHES"])

    def full(self):
        return f"{q(self.schema)}.{self.name}"

    def target(self):
        return f"{self.full()} (text, text)"

    def sql(self):
        return [f"CREATE OPERATOR {self.full()} (FUNCTION = {self.text}, LEFTARG = text, RIGHTARG = text"
                f"{self.more.format(f'OPERATOR({self.full()})')})"]


class Cast(Item):
    phase = 6

    def build(self, rng, schema):
        self.name = "cast"
        self.type = schema.some(rng, Composite, Enum)
        self.how = rng.choice(["WITH INOUT", "WITH INOUT AS ASSIGNMENT"])

    def sql(self):
        return [f"CREATE CAST ({self.type.full()} AS json) {self.how}"] if isinstance(self.type, Composite) else []


# ---- Tables


class Column:
    def __init__(self, rng, schema, name, table):
        self.name = name
        self.type = schema.type(rng)
        self.reset(rng, schema, table)

    def reset(self, rng, schema, table):
        self.not_null = rng.random() < 0.25
        self.required = rng.choice(["", "", "", f" CONSTRAINT {q(self.name + ' is')}"])
        self.default = self.some_default(rng, schema)
        self.collation = rng.choice(['"C"', '"POSIX"']) if self.type in TEXTS and rng.random() < 0.15 else None
        self.identity = rng.choice(["ALWAYS", "BY DEFAULT", "ALWAYS AS IDENTITY (INCREMENT BY 2 START WITH 7)"]) \
            if self.type in ("integer", "bigint", "smallint") and rng.random() < 0.1 else None
        self.serial = self.type == "integer" and rng.random() < 0.1
        self.generated = None
        if self.type in ("integer", "text") and table and table.columns and rng.random() < 0.15:
            other = rng.choice(table.columns).name
            self.generated = f"length({q(other)}::text)" if self.type == "integer" else f"({q(other)} || 'x')"
            function = schema.some(rng, Function)
            if function and rng.random() < 0.4:
                self.generated = f"{function.full()}({q(other)})"
        self.storage = rng.choice(["EXTERNAL", "MAIN", "PLAIN"]) if self.type in TEXTS + ["jsonb"] and rng.random() < 0.1 \
            else None
        self.statistics = rng.choice([10, 500]) if rng.random() < 0.07 else None
        self.compression = "pglz" if self.type in ("text", "jsonb") and rng.random() < 0.07 else None
        self.options = "n_distinct = 5" if rng.random() < 0.05 else None
        self.comment = rng.choice([None] * 6 + ["a column's comment"])

    def some_default(self, rng, schema):
        if rng.random() < 0.5:
            return None
        if isinstance(self.type, str):
            function = schema.some(rng, Function)
            if function and rng.random() < 0.2 and self.type in ("integer", "text"):
                argument = rng.choice(["'1'", "1", "'1'::text"])  # some of which only one of two of that name takes
                return f"{function.full()}({argument})"
            sequence = schema.some(rng, Sequence)
            if sequence and rng.random() < 0.3 and self.type in NUMBERS:
                return f"nextval({literal(sequence.full())})"
            return rng.choice(DEFAULTS.get(self.type, [None]))
        item, array = self.type
        if isinstance(item, Enum):
            return "'{}'" if array else item.default(rng)
        return "NULL" if isinstance(item, Composite) else None

    def sql(self):
        type_ = name_of(self.type)
        if self.serial and not self.generated and not self.identity:
            return f"{q(self.name)} serial"
        text = f"{q(self.name)} {type_}"
        if self.compression:
            text += f" COMPRESSION {self.compression}"
        if self.collation:
            text += f" COLLATE {self.collation}"
        if self.generated:
            return text + f" GENERATED ALWAYS AS ({self.generated}) STORED"
        if self.identity:
            return text + " GENERATED " + (self.identity if "(" in self.identity else self.identity + " AS IDENTITY")
        if self.not_null:
            text += f"{self.required} NOT NULL"
        if self.default:
            text += f" DEFAULT {self.default}"
        return text

    def extras(self, table):
        alter = f"ALTER TABLE {table} ALTER COLUMN {q(self.name)}"
        if self.storage:
            yield f"{alter} SET STORAGE {self.storage}"
        if self.statistics:
            yield f"{alter} SET STATISTICS {self.statistics}"
        if self.options:
            yield f"{alter} SET ({self.options})"
        if self.comment:
            yield f"COMMENT ON COLUMN {table}.{q(self.name)} IS {literal(self.comment)}"

    def edit(self, rng, schema, table):
        what = rng.random()
        if what < 0.35:
            for family in (NUMBERS, TEXTS, TIMES):
                if self.type in family:
                    self.type = rng.choice([*family, *family, "text"])
                    break
            else:
                self.type = rng.choice(["text", self.type])
            self.reset(rng, schema, table)
        elif what < 0.5:
            self.not_null = not self.not_null
        elif what < 0.7:
            self.default = self.some_default(rng, schema)
        else:
            self.reset(rng, schema, table)


class Table(Item):
    phase, word = 7, "TABLE"

    def build(self, rng, schema):
        self.name = rng.choice(TABLES)
        self.persistence = rng.choice([""] * 8 + ["UNLOGGED "])
        self.columns = []
        for name in rng.sample(COLUMNS, rng.randint(1, 5)):
            self.columns.append(Column(rng, schema, name, self))
        self.key = rng.choice([None, "PRIMARY KEY", "PRIMARY KEY", "two"])
        self.parent = rng.choice(schema.tables()) if schema.tables() and rng.random() < 0.12 else None
        self.partitioned = rng.choice(["LIST", "RANGE", "HASH"]) if not self.parent and rng.random() < schema.partitioned \
            else None
        if self.partitioned:  # a key can't be altered: it has no type that may be made anew
            self.persistence = ""
            self.columns[0].type = rng.choice(["integer", "bigint", "text", "date"])
            self.columns[0].default = self.columns[0].generated = self.columns[0].collation = None
        self.reset(rng)

    def reset(self, rng):
        self.options = rng.choice([""] * 6 + ["fillfactor = 70", "autovacuum_enabled = false, fillfactor = 50",
                                              "toast.autovacuum_enabled = false"])
        self.security = rng.choice([()] * 6 + [("ENABLE",), ("ENABLE", "FORCE"), ("FORCE",)])
        self.identity = rng.choice([None] * 8 + ["FULL", "NOTHING"])

    def sql(self):
        lines = [column.sql() for column in self.columns]
        first = self.columns[0].name
        if self.key:
            second = f", {q(self.columns[1].name)}" if self.key == "two" and len(self.columns) > 1 else ""
            lines.append(f"PRIMARY KEY ({q(first)}{second})")
        text = f"CREATE {self.persistence}TABLE {self.full()} ({', '.join(lines)})"
        if self.parent:
            text += f" INHERITS ({self.parent.full()})"
        if self.partitioned:
            text += f" PARTITION BY {self.partitioned} ({q(first)})"
        elif self.options:
            text += f" WITH ({self.options})"
        found = [text]
        for column in self.columns:
            found += column.extras(self.full())
        found += [f"ALTER TABLE {self.full()} {word} ROW LEVEL SECURITY" for word in self.security]
        if self.identity:
            found.append(f"ALTER TABLE {self.full()} REPLICA IDENTITY {self.identity}")
        return found

    def edit(self, rng, schema):
        what = rng.random()
        if what < 0.25 and len(self.columns) < len(COLUMNS):
            free = [name for name in COLUMNS if name not in {column.name for column in self.columns}]
            self.columns.insert(rng.randint(1, len(self.columns)), Column(rng, schema, rng.choice(free), self))
        elif what < 0.4 and len(self.columns) > 1:
            self.columns.pop(rng.randrange(1, len(self.columns)))
        elif what < 0.75:
            column = rng.choice(self.columns)
            if not (self.partitioned and column is self.columns[0]):  # the key of partitions stays
                column.edit(rng, schema, self)
        elif what < 0.85:
            self.key = rng.choice([None, "PRIMARY KEY", "two"])
        elif what < 0.9 and not self.partitioned:
            self.persistence = "" if self.persistence else "UNLOGGED "
        elif what < 0.93 and not self.partitioned:
            others = [table for table in schema.tables() if table is not self]
            self.parent = None if self.parent or not others else rng.choice(others)
        else:
            self.reset(rng)

    def some_column(self, rng):
        return rng.choice(self.columns)


class Partition(Item):
    phase, word = 8, "TABLE"

    def build(self, rng, schema):
        self.name = rng.choice(["part_1", "part_2", "Part 3", "part_4"])
        roots = [table for table in schema.tables() if table.partitioned]
        self.parent = rng.choice(roots) if roots else None
        self.number = rng.randint(0, 3)
        self.default = rng.random() < 0.2
        self.attached = rng.random() < 0.3
        self.loose = rng.random() < 0.1
        self.sub = rng.random() < 0.3
        self.under = schema.some(rng, Partition) if rng.random() < 0.3 else None

    def bound(self, how):
        if self.default and how != "HASH":
            return "DEFAULT"
        return {"LIST": f"FOR VALUES IN ('{self.number}')", "RANGE": f"FOR VALUES FROM ('{self.number}') TO ('{self.number + 1}')",
                "HASH": f"FOR VALUES WITH (MODULUS 4, REMAINDER {self.number})"}[how]

    def sql(self):
        if not self.parent or not self.parent.partitioned:
            return []
        key = q(self.parent.columns[0].name)
        parent, how = self.parent, self.parent.partitioned
        if self.under and self.under.sub and self.under.parent is self.parent and self.under is not self:
            parent, how = self.under, "HASH"
        sub = f" PARTITION BY HASH ({key})" if self.sub else ""
        if self.loose:
            return [f"CREATE TABLE {self.full()} (LIKE {parent.full()}{' INCLUDING INDEXES' * self.default})"]
        if not self.attached or sub:
            return [f"CREATE TABLE {self.full()} PARTITION OF {parent.full()} {self.bound(how)}{sub}"]
        columns = ", ".join(column.sql() for column in self.parent.columns if not column.serial)
        return [f"CREATE TABLE {self.full()} ({columns})",
                f"ALTER TABLE {parent.full()} ATTACH PARTITION {self.full()} {self.bound(how)}"]

    def edit(self, rng, schema):
        what = rng.random()
        if what < 0.5:
            self.number = rng.randint(0, 3)
        elif what < 0.6:
            self.default = not self.default
        elif what < 0.75:
            self.loose = not self.loose
        else:
            self.attached = not self.attached


class OnTable(Item):
    """What belongs to a table, with a name of its own in it."""

    def build(self, rng, schema):
        self.table = schema.some(rng, Table, Table, Partition)
        self.pick(rng, schema)

    def pick(self, rng, schema):
        pass

    def root(self):
        return self.table.parent if isinstance(self.table, Partition) else self.table

    def column(self, rng):
        root = self.root()
        return q(rng.choice(root.columns).name) if root else "missing"

    def on(self):
        return self.table.full() if self.table else "missing"

    def target(self):
        return f"{q(self.name)} ON {self.on()}"

    def edit(self, rng, schema):
        self.pick(rng, schema)


class Constraint(OnTable):
    phase, word = 10, "CONSTRAINT"

    def pick(self, rng, schema):
        self.name = getattr(self, "name", rng.choice(["ck", "Check Two", "uq", "keep"]))
        one, two = self.column(rng), self.column(rng)
        function = schema.some(rng, Function)
        call = f"{function.full()}({one}) IS NOT NULL" if function else "true"
        late = rng.choice(["", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"])
        self.text = rng.choice([
            f"CHECK ({one} IS NOT NULL)", f"CHECK ({one}::text <> 'x' OR {two} IS NULL)", f"CHECK ({call})",
            f"CHECK ({one}::text IN ('a', 'b')) NOT VALID", f"CHECK ({one} IS NOT NULL) NO INHERIT",
            f"UNIQUE ({one}){late}", f"UNIQUE ({one}, {two}){late}", f"UNIQUE NULLS NOT DISTINCT ({one})",
            f"UNIQUE ({one}) INCLUDE ({two})", f"EXCLUDE USING btree ({one} WITH =)",
            f"EXCLUDE USING hash ({one} WITH =) WHERE ({two} IS NOT NULL)", f"UNIQUE ({one}) WITH (fillfactor = 70)"])

    def sql(self):
        text = self.text
        if isinstance(self.root(), Table) and self.root().partitioned:
            text = text.replace(" NOT VALID", "")  # in a partition that is made later it is valid, whoever makes that
        return [f"ALTER TABLE {self.on()} ADD CONSTRAINT {q(self.name)} {text}"]


class ForeignKey(OnTable):
    phase, word = 11, "CONSTRAINT"

    def pick(self, rng, schema):
        self.name = getattr(self, "name", rng.choice(["fk", "Key To", "fk3"]))
        other = schema.some(rng, Table)
        self.to = other
        self.mine = self.column(rng)
        self.theirs = ""
        if other and rng.random() < 0.4:
            self.theirs = f" ({q(rng.choice(other.columns).name)})"
        self.rest = rng.choice(["", "", " ON DELETE CASCADE", " ON UPDATE SET NULL", " ON DELETE SET DEFAULT", " MATCH FULL",
                                " DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE", " NOT VALID"])
        root = self.root()
        if root and other and not self.theirs and rng.random() < 0.7:  # one that is likely to be allowed
            fitting = [column for column in root.columns if column.type == other.columns[0].type]
            if fitting:
                self.mine = q(rng.choice(fitting).name)

    def sql(self):
        if not self.to:
            return []
        return [f"ALTER TABLE {self.on()} ADD CONSTRAINT {q(self.name)} FOREIGN KEY ({self.mine}) REFERENCES "
                f"{self.to.full()}{self.theirs}{self.rest}"]


class Index(OnTable):
    phase, word = 12, "INDEX"

    def build(self, rng, schema):
        self.table = schema.some(rng, Table, Table, Table, Partition, MaterializedView)
        self.name = rng.choice(["ix", "Index Two", "ix3", "ix4", "by_name"])
        self.pick(rng, schema)

    def pick(self, rng, schema):
        one, two = self.column(rng), self.column(rng)
        function = schema.some(rng, Function)
        call = f"{function.full()}({one})" if function else "1"
        self.unique = rng.choice(["", "", "UNIQUE "])
        self.text = rng.choice([
            f"({one})", f"({one}, {two})", f"({one} DESC NULLS LAST)", f"USING hash ({one})", f"USING brin ({one})",
            f"USING gin ({one})", f"USING gist ({one})", f"USING spgist ({one})", f"({one}) INCLUDE ({two})",
            f"(lower({one}::text), {two})", f"(({call}))", f"({one}) WHERE {two} IS NOT NULL",
            f"({one}) WHERE {call} IS NOT NULL", f'({one} COLLATE "C")', f"({one} text_pattern_ops)",
            f"({one}) WITH (fillfactor = 60)", f"({one}) NULLS NOT DISTINCT", f"USING brin ({one}) WITH (pages_per_range = 8)",
            f"USING gin ({one} jsonb_path_ops)"])
        self.only = "ONLY " if rng.random() < 0.1 else ""
        self.clustered, self.identity = rng.random() < 0.05, rng.random() < 0.05
        self.statistics = rng.random() < 0.3 and "((" in self.text

    def full(self):
        return f"{q(self.table.schema if self.table else 'public')}.{q(self.name)}"

    def target(self):
        return self.full()

    def sql(self):
        found = [f"CREATE {self.unique}INDEX {q(self.name)} ON {self.only}{self.on()} {self.text}"]
        if self.clustered:
            found.append(f"ALTER TABLE {self.on()} CLUSTER ON {q(self.name)}")
        if self.identity:
            found.append(f"ALTER TABLE {self.on()} REPLICA IDENTITY USING INDEX {q(self.name)}")
        if self.statistics:
            found.append(f"ALTER INDEX {self.full()} ALTER COLUMN 1 SET STATISTICS 50")
        return found


class OfPartition(OnTable):
    """Something of what a partition has from its parent table, whatever PostgreSQL calls that."""

    def build(self, rng, schema):
        self.table = schema.some(rng, Partition)
        self.name = rng.choice(["own", "Own Two", "own3"])
        self.index = schema.some(rng, Index)
        self.number = rng.randint(0, 2)
        self.state = rng.choice(["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA", "ENABLE"])
        self.pick(rng, schema)

    def each(self, query, what):
        return [f"DO $do$ DECLARE x text; BEGIN {query} OFFSET {self.number} LIMIT 1; EXECUTE {what}; END $do$"]

    def some_index(self):
        return (f"SELECT h.inhrelid::regclass INTO STRICT x FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid"
                f" WHERE i.indrelid = {literal(self.on())}::regclass ORDER BY h.inhparent::regclass::text")


class OwnName(OfPartition):
    phase = 13

    def sql(self):
        return self.each(self.some_index(), f"format('ALTER INDEX %s RENAME TO %I', x, {literal(self.name)})")


class OwnComment(OfPartition):
    phase = 14

    def sql(self):
        return self.each(self.some_index(), f"format('COMMENT ON INDEX %s IS %L', x, {literal(self.name)})")


class OwnIndex(OfPartition):
    """Made by itself, and attached if there is something to attach it to."""

    phase = 13

    def sql(self):
        if not self.index:
            return []
        made = f"CREATE {self.index.unique}INDEX {q(self.name)} ON {self.on()} {self.index.text}"
        name = f"{q(self.table.schema if self.table else 'public')}.{q(self.name)}"
        return [made, f"ALTER INDEX {self.index.full()} ATTACH PARTITION {name}"][:1 + (self.number > 0)]


class OwnState(OfPartition):
    phase = 15

    def sql(self):
        query = (f"SELECT quote_ident(tgname) INTO STRICT x FROM pg_trigger WHERE tgrelid = {literal(self.on())}::regclass"
                 " AND tgparentid <> 0 AND tgname !~ '^RI_' ORDER BY tgname")
        return self.each(query, f"format('ALTER TABLE %s {self.state} TRIGGER %s', {literal(self.on())}, x)")


class Statistics(OnTable):
    phase, word = 12, "STATISTICS"

    def pick(self, rng, schema):
        self.name = getattr(self, "name", rng.choice(["stat", "Stat 2"]))
        one, two = self.column(rng), self.column(rng)
        self.text = rng.choice([f"{one}, {two}", f"{one}, (length({two}::text))", f"(({one}::text) || 'x'), {two}"])
        self.kinds = rng.choice(["", " (ndistinct)", " (mcv, dependencies)"])
        self.number = rng.choice([None, None, 50])

    def target(self):
        return self.full()

    def sql(self):
        found = [f"CREATE STATISTICS {self.full()}{self.kinds} ON {self.text} FROM {self.on()}"]
        if self.number:
            found.append(f"ALTER STATISTICS {self.full()} SET STATISTICS {self.number}")
        return found


# ---- Views and what hangs on tables


class View(Item):
    phase, word = 13, "VIEW"

    def build(self, rng, schema):
        self.name = rng.choice(["v", "View Two", "v3", "v4"])
        self.pick(rng, schema)

    def pick(self, rng, schema):
        of = schema.some(rng, Table, Table, View, Partition)
        self.of = None if of is self else of
        if isinstance(of, Table):
            columns = rng.sample(of.columns, rng.randint(1, len(of.columns)))
            listed = [q(column.name) for column in columns]
        else:
            listed = ["*"]
        function = schema.some(rng, Function)
        if function and rng.random() < 0.3:
            listed.append(f"{function.full()}('1') AS called")
        if rng.random() < 0.2:
            listed.append(rng.choice(["'x'::text AS extra", "count(*) OVER () AS extra", "NULL::integer AS extra",
                                      "ARRAY['a'::varchar, 'b'] AS extra"]))
        self.listed = listed
        self.rest = rng.choice(["", "", " WHERE true", " LIMIT 5"])
        if isinstance(of, Table):
            column = q(rng.choice(of.columns).name)
            self.rest = rng.choice([self.rest, f" WHERE {column} IS NOT NULL", f" ORDER BY {column}",
                                    f" WHERE {column}::text IN ('a', 'b')"])
        self.options = rng.choice([""] * 4 + [" WITH (security_barrier)", " WITH (check_option = local)",
                                              " WITH (security_invoker = true)"])
        self.recursive = rng.random() < 0.05
        self.column_comment = rng.random() < 0.1

    def query(self):
        return f"SELECT {', '.join(self.listed)} FROM {self.of.full()}{self.rest}"

    def sql(self):
        if not self.of:
            return []
        if self.recursive:
            return [f"CREATE RECURSIVE VIEW {self.full()} (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM {q(self.name)} WHERE n < 9"]
        found = [f"CREATE VIEW {self.full()}{self.options} AS {self.query()}"]
        if self.column_comment and self.listed[0] != "*":
            found.append(f"COMMENT ON COLUMN {self.full()}.{self.listed[0]} IS 'of a view'")
            found.append(f"ALTER VIEW {self.full()} ALTER COLUMN {self.listed[0]} SET DEFAULT NULL")
        return found

    def edit(self, rng, schema):
        if rng.random() < 0.3:
            self.rest = rng.choice(["", " WHERE true", " LIMIT 3"])
        elif rng.random() < 0.4 and self.listed != ["*"]:
            self.listed = [*self.listed, "42 AS more"] if "42 AS more" not in self.listed else self.listed[:-1] or ["1 AS one"]
        else:
            self.pick(rng, schema)


class Circle(Item):
    """Two views that refer to each other, or a view and a function that has its rows."""

    phase = 13

    def build(self, rng, schema):
        self.name = rng.choice(["circle", "Circle Two"])
        self.of = schema.some(rng, Table)
        self.column = q(rng.choice(self.of.columns).name) if self.of else "missing"
        self.form = rng.choice(["views", "views", "function", "three"])
        self.number = rng.randint(1, 3)

    def sql(self):
        if not self.of:
            return []
        view, other = self.full(), f"{q(self.schema)}.{q(self.name + ' b')}"
        columns, rest = f"{self.column} AS x, {self.number} AS n", f"WHERE n > {self.number}"
        found = [f"CREATE VIEW {view} AS SELECT {columns} FROM {self.of.full()}"]
        if self.form == "function":
            return [*found, f"CREATE FUNCTION {other}() RETURNS SETOF {view} LANGUAGE sql AS 'SELECT NULL, {self.number}'",
                    f"CREATE OR REPLACE VIEW {view} AS SELECT x, n FROM {other}() {rest}"]
        found.append(f"CREATE VIEW {other} AS SELECT x, n, '{self.number}'::text AS more FROM {view}")
        if self.form == "three":
            found.append(f"CREATE VIEW {q(self.schema)}.{q(self.name + ' c')} AS SELECT * FROM {view}, {self.of.full()} t (o)")
        return [*found, f"CREATE OR REPLACE VIEW {view} AS SELECT x, n FROM {other} {rest}"]


class MaterializedView(View):
    phase, word = 13, "MATERIALIZED VIEW"

    def build(self, rng, schema):
        self.name = rng.choice(["mv", "Mat View"])
        self.columns = []
        self.pick(rng, schema)
        self.columns = self.of.columns if isinstance(self.of, Table) else []
        self.columns = self.columns or [type("Name", (), {"name": "extra"})]

    def sql(self):
        if not self.of:
            return []
        options = " WITH (fillfactor = 80)" if self.options else ""
        return [f"CREATE MATERIALIZED VIEW {self.full()}{options} AS {self.query()}"]


class Trigger(OnTable):
    phase, word = 14, "TRIGGER"

    def build(self, rng, schema):
        self.table = schema.some(rng, Table, Table, Partition, View)
        self.name = rng.choice(["tr", "Trigger Two"])
        self.pick(rng, schema)

    def column(self, rng):
        return "missing" if isinstance(self.table, View) else super().column(rng)

    def pick(self, rng, schema):
        self.function = schema.some(rng, TriggerFunction)
        one = self.column(rng)
        self.text = rng.choice([
            "BEFORE INSERT OR UPDATE ON {} FOR EACH ROW", f"AFTER UPDATE OF {one} ON {{}} FOR EACH ROW",
            f"BEFORE UPDATE ON {{}} FOR EACH ROW WHEN (OLD.{one} IS DISTINCT FROM NEW.{one})",
            "AFTER DELETE ON {} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT", "AFTER TRUNCATE ON {} FOR EACH STATEMENT",
            "INSTEAD OF INSERT ON {} FOR EACH ROW", "AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"])
        self.enabled = rng.choice([None] * 5 + ["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"])

    def sql(self):
        function = self.function.full() if self.function else "missing"
        word = "CONSTRAINT TRIGGER" if "DEFERRABLE" in self.text else "TRIGGER"
        found = [f"CREATE {word} {q(self.name)} {self.text.format(self.on())} EXECUTE FUNCTION {function}()"]
        if self.enabled:
            found.append(f"ALTER TABLE {self.on()} {self.enabled} TRIGGER {q(self.name)}")
        return found


class Policy(OnTable):
    phase, word = 14, "POLICY"

    def pick(self, rng, schema):
        self.name = getattr(self, "name", rng.choice(["p", "Policy Two"]))
        one, function = self.column(rng), schema.some(rng, Function)
        other = schema.some(rng, Table, View)
        condition = rng.choice(["true", f"{one} IS NOT NULL", f"{function.full()}({one}) IS NOT NULL" if function else "false",
                                f"EXISTS (SELECT FROM {other.full()})" if other else "true"])
        self.text = rng.choice([f"USING ({condition})", f"FOR INSERT WITH CHECK ({condition})",
                                f"AS RESTRICTIVE FOR SELECT USING ({condition})", f"USING (true) WITH CHECK ({condition})",
                                f"TO CURRENT_USER USING ({condition})", "FOR DELETE USING (false)"])

    def sql(self):
        return [f"CREATE POLICY {q(self.name)} ON {self.on()} {self.text}"]


class Rule(OnTable):
    phase, word = 14, "RULE"

    def build(self, rng, schema):
        self.table = schema.some(rng, Table, View)
        self.name = rng.choice(["r", "Rule Two"])
        self.pick(rng, schema)

    def pick(self, rng, schema):
        other = schema.some(rng, Table)
        self.text = rng.choice(["ON INSERT TO {} DO INSTEAD NOTHING", "ON DELETE TO {} DO ALSO NOTIFY gone",
                                f"ON UPDATE TO {{}} DO ALSO DELETE FROM {other.full() if other else 'missing'}",
                                "ON DELETE TO {} WHERE true DO INSTEAD NOTHING"])
        self.enabled = rng.choice([None, None, None, "DISABLE"])

    def sql(self):
        found = [f"CREATE RULE {q(self.name)} AS {self.text.format(self.on())}"]
        if self.enabled:
            found.append(f"ALTER TABLE {self.on()} {self.enabled} RULE {q(self.name)}")
        return found


class Publication(Item):
    phase, word = 15, "PUBLICATION"

    def build(self, rng, schema):
        self.name = rng.choice(["pub", "Pub Two"])
        table = schema.some(rng, Table)
        column = q(table.columns[0].name) if table else ""
        self.text = rng.choice(["", " FOR ALL TABLES", f" FOR TABLE {table.full()}" if table else "",
                                f" FOR TABLE {table.full()} WHERE ({column} IS NOT NULL)" if table else "",
                                " FOR TABLES IN SCHEMA app"])
        self.options = rng.choice(["", " WITH (publish = 'insert')"])

    def target(self):
        return q(self.name)

    def sql(self):
        return [f"CREATE PUBLICATION {q(self.name)}{self.text}{self.options}"]


# ---- Schemas

WEIGHTS = {
    Collation: 1, Enum: 3, Domain: 3, Composite: 2, Range: 1, Sequence: 2, Function: 5, TriggerFunction: 2, Aggregate: 1,
    Operator: 1, Cast: 1, Table: 9, Partition: 4, OtherFunction: 3, Constraint: 6, ForeignKey: 4, Ownership: 1, Index: 7,
    Statistics: 2, OwnName: 1, OwnIndex: 1, OwnState: 1, View: 6, Circle: 1, MaterializedView: 2, Trigger: 4, Policy: 2, Rule: 2, Publication: 1,
}


# Of partitioned tables, where most schemas have few.
PARTITIONED = {Table: 3, Partition: 12, Constraint: 3, ForeignKey: 1, Index: 8, OwnName: 2, OwnComment: 1, OwnIndex: 3,
               OwnState: 2, TriggerFunction: 2, Trigger: 4, Function: 1}


class Schema:
    def __init__(self, rng, size=None):
        self.items = [Namespace(name) for name in SCHEMAS]
        about_partitions = rng.random() < 0.3
        self.weights, self.partitioned = (PARTITIONED, 0.8) if about_partitions else (WEIGHTS, 0.12)
        kinds = rng.choices(list(self.weights), list(self.weights.values()), k=size or rng.randint(3, 45))
        for kind in sorted(kinds, key=lambda kind: kind.phase):
            self.items.append(kind(rng, self))

    def some(self, rng, *kinds):
        """One of one of the kinds, or None."""
        found = [item for item in self.items if type(item) is rng.choice(kinds)] or \
            [item for item in self.items if isinstance(item, kinds)]
        return rng.choice(found) if found else None

    def tables(self):
        return [item for item in self.items if isinstance(item, Table)]

    def type(self, rng):
        """A name, or an item and what stands behind its name."""
        item = self.some(rng, Enum, Domain, Composite, Range) if rng.random() < 0.3 else None
        if item:
            return item, rng.choice(["", "", "", "[]"])
        return rng.choice(rng.choice([NUMBERS, TEXTS, NUMBERS, TEXTS, TIMES, OTHERS]))

    def edit(self, rng, edits=None):
        for _ in range(edits or rng.randint(1, 12)):
            what = rng.random()
            place = rng.randrange(len(self.items))
            if what < 0.2:
                kind = rng.choices(list(self.weights), list(self.weights.values()))[0]
                self.items.append(kind(rng, self))
            elif what < 0.35:
                self.items.pop(place)
            else:
                self.items[place].mutate(rng, self)

    def statements(self):
        return [text for item in sorted(self.items, key=lambda item: item.phase) for text in item.statements()]


def pair(seed):
    """Two lists of statements."""
    rng = random.Random(seed)
    schema = Schema(rng)
    before = schema.statements()
    schema.edit(rng)
    return before, schema.statements()


def shrink(before, after, fails):
    """The pair with as few statements as still fail; `fails(before, after)` says whether they do."""
    sides = [list(before), list(after)]
    for touched in ((0, 1), (0,), (1,), (0, 1)):
        texts = list(dict.fromkeys(text for i in touched for text in sides[i]))[::-1]
        size = len(texts)
        while size:
            for start in range(0, len(texts), size):
                gone = set(texts[start:start + size])
                smaller = [[text for text in side if i not in touched or text not in gone] for i, side in enumerate(sides)]
                if smaller != sides and fails(*smaller):
                    sides = smaller
            size //= 2
    return sides


class Pairs:
    """Judges pairs of lists of statements, in two databases that are emptied each time: quicker than new ones."""

    def __init__(self, cluster, *options):
        self.judge = Judge(cluster, *options)
        self.entered = self.judge.databases()
        self.names = self.entered.__enter__()
        self.connections = [psycopg.connect(host=str(cluster.folder), port=cluster.port, user=cluster.user, dbname=name,
                                            autocommit=True) for name in self.names]

    def close(self):
        for connection in self.connections:
            connection.close()
        self.entered.__exit__(None, None, None)

    def load(self, connection, statements):
        """Those that PostgreSQL takes."""
        for name, in connection.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'").fetchall():
            connection.execute(f"DROP SCHEMA {q(name)} CASCADE")
        for name, in connection.execute("SELECT pubname FROM pg_publication").fetchall():
            connection.execute(f"DROP PUBLICATION {q(name)}")
        taken = []
        for text in statements:
            try:
                connection.execute(text)
                taken.append(text)
            except psycopg.Error:
                pass
        return taken

    def compare(self, before, after):
        """The verdict, and the statements that were taken."""
        taken = [self.load(*each) for each in zip(self.connections, (before, after))]
        return self.judge.compare(*self.names), taken

    def smallest(self, before, after, like):
        """What is left of a pair when what does not matter is taken away; `like(verdict)` says what matters."""
        return shrink(before, after, lambda *sides: like(self.compare(*sides)[0]))
