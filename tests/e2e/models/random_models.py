"""A random MetaData, by the number in SEED, for the dialect in DIALECT: as SQLAlchemy 1.4 and 2 both take it."""

import os
import random

import sqlalchemy
from sqlalchemy import (ARRAY, BigInteger, Boolean, CheckConstraint, Column, Computed, Date, DateTime, Enum, Float,
                        ForeignKeyConstraint, Identity, Index, Integer, Interval, LargeBinary, MetaData, Numeric,
                        SmallInteger, String, Table, Text, Time, UniqueConstraint, func, text)
from sqlalchemy.dialects.postgresql import CIDR, INET, INT8RANGE, JSONB, TSVECTOR, UUID

r = random.Random(int(os.environ["SEED"]))
POSTGRESQL = os.environ["DIALECT"] == "postgresql"
NAMES = [{}, {"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
              "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}]
metadata = MetaData(naming_convention=r.choice(NAMES) or None)

WORDS = ["a", "select", "Mixed", "two words", "100%", "quo\"te", "it's", "back\\slash", "dash--dash", "semi;colon", "%(x)s",
         "colon:x", "ünï", "tab\tbed", "x" * 50]
TEXTS = ["", "it's", "100%", "%(a)s %s %%", "a\\b\\'", "-- no comment", ":name", "$$", "two\nlines", "🐦", "/* x */", "'"]


def chance(part):
    return r.random() < part


def name(used, prefix):
    word = r.choice(WORDS) if chance(0.3) else prefix
    while word in used:
        word = "%s %d" % (prefix, len(used)) if chance(0.2) else "%s%d" % (prefix, len(used))
        prefix += "_"
    used.add(word)
    return word


def comment():
    return r.choice(TEXTS) or None if POSTGRESQL and chance(0.2) else None


SCHEMAS = [None, None, None, "other", "Odd \"one\" 5%"] if POSTGRESQL else [None]
type_names = set()
enums = [Enum(*[word + str(i) for i, word in enumerate(r.sample(TEXTS, r.randint(1, 4)))], name=name(type_names, "kind"),
              schema=r.choice(SCHEMAS), native_enum=chance(0.8), create_constraint=not POSTGRESQL)
         for _ in range(3)]


def quoted(value):
    return text("'%s'" % value.replace("'", "''").replace(":", "\\:"))


def a_type():
    """A type, and defaults for it."""
    simple = [(Integer(), ["0", "-5", text("(1 + 1)")]), (BigInteger(), ["7"]), (SmallInteger(), []),
              (String(r.randint(30, 90)), TEXTS + [quoted(each) for each in TEXTS]), (Text(), TEXTS),
              (Boolean(create_constraint=False), [text("true"), text("false")]),
              (Numeric(r.randint(5, 12), r.randint(0, 4)), ["1.5", text("2.25")]),
              (Date(), [text("CURRENT_DATE")]), (DateTime(timezone=chance(0.5)), [func.now(), text("CURRENT_TIMESTAMP")]),
              (Float(), []), (Time(), []), (LargeBinary(), [])]
    special = [(Interval(), [text("'1 day'")]), (JSONB(), [text("'{\"a\\: %\": 1}'"), "{}"]), (INET(), ["::1"]), (CIDR(), []),
               (UUID(as_uuid=True), [func.gen_random_uuid()]), (ARRAY(Integer()), ["{}"]), (INT8RANGE(), ["empty"]),
               (TSVECTOR(), []), (ARRAY(String(20)), [text("ARRAY['%', 'it''s']::varchar[]")])]
    kind = r.choice(enums)
    return r.choice(simple + (special if POSTGRESQL else []) + [(kind, [kind.enums[0]])] * 2)


def a_column(used):
    type_, defaults = a_type()
    more = [Computed("1 + 2" if not isinstance(type_, Integer) else "5 % 3", persisted=True)] if (
        isinstance(type_, (Integer, Numeric)) and chance(0.1)) else []
    default = r.choice(defaults) if defaults and not more and chance(0.4) else None
    return Column(name(used, "c"), type_, *more, nullable=chance(0.6), server_default=default, comment=comment(),
                  unique=chance(0.1) and is_key(type_) or None, index=chance(0.15) and is_key(type_) or None)


def is_key(type_):
    return isinstance(type_, (Integer, String, Date, Numeric)) and not isinstance(type_, Enum)


def a_table(used):
    columns, column_names, options = [], set(), {}
    if chance(0.8):
        identity = [Identity(always=chance(0.5), start=r.randint(1, 9))] if POSTGRESQL and chance(0.3) else []
        columns.append(Column(name(column_names, "id"), Integer, *identity, primary_key=True))
    columns += [a_column(column_names) for _ in range(r.randint(1, 7))]
    if POSTGRESQL and chance(0.1) and not sqlalchemy.__version__.startswith("1."):
        options["postgresql_with"] = {"fillfactor": 70}
    if not POSTGRESQL and chance(0.3):
        options["sqlite_autoincrement"] = True
    return Table(name(used, "t"), metadata, *columns, schema=r.choice(SCHEMAS), comment=comment(), **options)


objects_used = set()  # of tables, indexes and constraints alike
tables = [a_table(objects_used) for _ in range(r.randint(2, 7))]

for table in tables:
    keys = [column for column in table.columns if is_key(column.type)]
    if keys and chance(0.4):
        chosen = r.sample(keys, min(len(keys), r.randint(1, 3)))
        table.append_constraint(UniqueConstraint(*chosen, name=name(objects_used, "u"), deferrable=POSTGRESQL and chance(0.3) or None))
    if keys and chance(0.4):
        table.append_constraint(CheckConstraint(keys[0].isnot(None) if chance(0.5) else text("'%' <> 'it''s'"),
                                                name=name(objects_used, "k")))
    for _ in range(r.randint(0, 2) if keys else 0):
        chosen = r.sample(keys, min(len(keys), r.randint(1, 2)))
        options = {}
        if chance(0.3):
            where = chosen[0].isnot(None) if chance(0.5) else text("'100%' <> 'it''s'")
            options = {"postgresql_where": where, "sqlite_where": where}
        if chance(0.3) and POSTGRESQL:
            options |= {"postgresql_with": {"fillfactor": 60}} if chance(0.5) else {"postgresql_include": [keys[-1].name]}
        parts = [column.desc() if chance(0.2) else func.coalesce(column, column) if chance(0.2) else column for column in chosen]
        Index(name(objects_used, "i"), *parts, unique=chance(0.2), **options)
    with_key = [other for other in tables if len(other.primary_key.columns) == 1]
    if with_key and chance(0.6):
        other = r.choice(with_key)
        column = Column(name({each.name for each in table.columns}, "ref"), Integer)
        table.append_column(column)
        table.append_constraint(ForeignKeyConstraint(
            [column], [list(other.primary_key.columns)[0]], name=name(objects_used, "f") if chance(0.7) else None,
            ondelete=r.choice([None, "CASCADE", "SET NULL"]), onupdate=r.choice([None, "NO ACTION", "CASCADE"]),
            deferrable=chance(0.2) or None, initially=None, use_alter=False))
