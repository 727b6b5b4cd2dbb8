"""
The DDL of SQLAlchemy's MetaData, without a database: what `create_all` would send to an empty one, statement by statement.

`create_all` is run on a connection that only writes down. It asks the dialect what is there already (a type that two
tables share is made once); our dialects answer that by what has been written down.
"""

import re

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import CompileError, NoReferencedColumnError, NoReferencedTableError
from sqlalchemy.schema import AddConstraint, CreateTable, DDLElement, Index, Sequence, Table
from sqlalchemy.sql import elements
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.util import OrderedSet

from whimbrel.places import place_of, place_of_caller
from whimbrel.protocol import Failure

ENGINES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}

# Quoted text and comments, in which blanks are not ours to change.
_QUIET = re.compile(r"""((?<![A-Za-z0-9_])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"
                        |\$(?:[A-Za-z_]\w*)?\$.*?\$(?:[A-Za-z_]\w*)?\$|--[^\n]*|/\*.*?\*/)""", re.DOTALL | re.VERBOSE)
_CREATES_SCHEMA = re.compile(r'\bCREATE\s+SCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|\w+)', re.IGNORECASE)
_CHANGES_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_UNKNOWN_TYPE = re.compile(r"can't render element of type (?:<class '(?:\w+\.)*)?(\w+)")
_COLUMN = re.compile(r"\(in table '(.*?)', column '(.*?)'\): ")

# ---- Where tables are from ----


class Places:
    """Where each Table was made; it must listen before the models are imported."""

    def __init__(self):
        self._of_table = {}
        event.listen(Table, "after_parent_attach", self._note)

    def _note(self, table, parent):
        self._of_table[id(table)] = place_of_caller()

    def __call__(self, table):
        return self._of_table.get(id(table), (None, None))


# ---- The dialects ----


class _Empty:
    """What create_all asks of a database in which there is nothing but what was written down."""

    def __init__(self, **options):
        super().__init__(**options)
        self.made = set()

    def has_table(self, connection, table_name, schema=None, **more):
        return ("table", schema, table_name) in self.made

    def has_multi_table(self, connection, table_names, schema=None, **more):
        return {(schema, name): self.has_table(connection, name, schema) for name in table_names}

    def has_sequence(self, connection, sequence_name, schema=None, **more):
        return ("sequence", schema, sequence_name) in self.made

    def has_type(self, connection, type_name, schema=None, **more):
        return ("type", schema, type_name) in self.made

    def has_index(self, connection, table_name, index_name, schema=None, **more):
        return ("index", schema, index_name) in self.made

    def has_schema(self, connection, schema_name, **more):
        return False


class _PostgreSQL(_Empty, PGDialect):
    supports_statement_cache = True


class _SQLite(_Empty, SQLiteDialect):
    supports_statement_cache = True


def make_dialect(engine, server_version):
    """No driver is imported. The style of parameters is one that leaves a percent sign as it is."""
    if engine == "sqlite":
        return _SQLite(paramstyle="named")
    dialect = _PostgreSQL(paramstyle="named")
    dialect.server_version_info = (server_version, 0)
    # What PGDialect.initialize() finds out from a server.
    dialect._backslash_escapes = False
    dialect.supports_smallserial = dialect.supports_identity_columns = True
    dialect._supports_jsonb_subscripting = server_version >= 14
    dialect.supports_virtual_generated_columns = server_version >= 18
    return dialect


# ---- The connection that writes down ----


class _NoAnswer:
    """The result of a statement that was not run."""

    def close(self):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._fail()

    def __iter__(self):
        self._fail()

    @staticmethod
    def _fail():
        file, line = place_of_caller()
        raise Failure("the models ask the database something while its tables are made, and there is no database", None,
                      "Ask in SQL instead (CREATE ... IF NOT EXISTS, DO), or only when the dialect's `dbapi` is not None.",
                      file, line)


class Statement:
    def __init__(self, text, element=None):
        self.text, self.element = text, element


class Recorder:
    """A Connection, as far as DDL and listeners need one."""

    def __init__(self, dialect, places):
        self.dialect, self.places = dialect, places
        self.statements, self.rows_left_out = [], []

    name = property(lambda self: self.dialect.name)
    engine = connection = property(lambda self: self)
    closed = False

    def connect(self, **options):
        return self

    begin = begin_nested = get_bind = connect

    def execution_options(self, **options):
        return self

    def get_execution_options(self):
        return {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def commit(self):
        pass

    rollback = close = commit

    def schema_for_object(self, thing):
        return thing.schema

    def _run_ddl_visitor(self, visitor, element, *connection, **options):
        visitor(self.dialect, self, **options).traverse_single(element)

    def exec_driver_sql(self, text, parameters=None, execution_options=None):
        # As a driver takes it: in the common ones %% is a percent sign.
        self._take(text.replace("%%", "%"), None)
        return _NoAnswer()

    def execute(self, statement, parameters=None, *more, **options):
        if isinstance(statement, str):
            return self.exec_driver_sql(statement, parameters)
        if isinstance(statement, UpdateBase):
            self.rows_left_out.append(statement.table.name)
        elif isinstance(statement, DDLElement):
            self._take(str(self._compile(statement)), statement)
        elif isinstance(statement, elements.TextClause):
            if isinstance(parameters, dict) and parameters:
                statement = statement.bindparams(**parameters)
            self._take(str(statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})), None)
        return _NoAnswer()

    def scalar(self, *arguments, **options):
        self.execute(*arguments, **options)
        _NoAnswer._fail()

    scalars = scalar

    def _take(self, text, element):
        if _CHANGES_ROWS.match(text):
            self.rows_left_out.append(" ".join(text.split())[:60])
            return
        thing = getattr(element, "element", None)
        for kind, type_ in (("table", Table), ("sequence", Sequence), ("index", Index), ("type", sqlalchemy.types.TypeEngine)):
            if isinstance(thing, type_) and element.__visit_name__.startswith("create_"):
                schema = thing.table.schema if kind == "index" else thing.schema
                self.dialect.made.add((kind, schema, thing.name))
        self.statements.append(Statement(text, element))

    def _compile(self, element):
        try:
            return element.compile(dialect=self.dialect)
        except (CompileError, NotImplementedError) as error:
            raise self._failure(element, error) from error

    def _failure(self, element, error):
        """What there is no DDL for, and where."""
        engine = ENGINES[self.dialect.name]
        thing = getattr(element, "element", None)
        table = thing if isinstance(thing, Table) else getattr(thing, "table", None)
        text, hint = " ".join(str(error).split()), None
        text = re.sub(r" \(Background on this error.*", "", text)
        where = "table %s" % table.fullname if table is not None else type(thing).__name__
        column = _COLUMN.search(text)
        if column:
            where, text = "table %s, column %s" % column.groups(), text[:column.start()] + text[column.end():]
        elif thing is not table and getattr(thing, "name", None):
            where += ", %s" % thing.name
        unknown = _UNKNOWN_TYPE.search(text)
        if unknown:
            text = "there is no DDL for %s on %s" % (unknown[1], engine)
            other = "sqlite" if engine == "SQLite" else "postgresql"
            hint = "Name a type of its own for this engine: .with_variant(..., \"%s\")." % other
        elif "'virtual'" in text:
            hint = "From PostgreSQL 18 on it does: --server-version 18."
        file, line = place_of(error)
        if file is None and table is not None:
            file, line = self.places(table)
        return Failure("%s: %s" % (where, text), None, hint, file, line)


# ---- From metadata to statements ----


def _let_parents_be_first(metadata):
    """A table that inherits from another one depends on it, which SQLAlchemy does not know."""
    for table in metadata.tables.values():
        parents = table.dialect_options["postgresql"].get("inherits") or ()
        for name in [parents] if isinstance(parents, str) else parents:
            parent = metadata.tables.get(str(name))
            if parent is None and table.schema:
                parent = metadata.tables.get("%s.%s" % (table.schema, name))
            if parent is not None:
                table.add_is_dependent_on(parent)


def _order_indexes(metadata):
    """They are a set, whose order is another one in each run. None is built concurrently: nothing uses the tables yet."""
    for table in metadata.tables.values():
        named = sorted(table.indexes, key=lambda index: (str(index.name or ""), [str(each) for each in index.expressions]))
        table.indexes = OrderedSet(named)
        for index in named:
            index.dialect_options["postgresql"]["concurrently"] = False


def _sorted_runs(statements):
    """Constraints that are added, or commented on, one after the other come from a set as well."""
    run, kind = [], None
    for each in statements + [None]:
        own = type(each.element).__name__ if each else None
        own = own if own in (AddConstraint.__name__, "SetConstraintComment") else None
        if own != kind or own is None:
            yield from sorted(run, key=lambda statement: statement.text)
            run, kind = [], own
        if own:
            run.append(each)
        elif each:
            yield each


def _schemas(statements, dialect):
    """CREATE SCHEMA for those that things are made in and nobody makes."""
    needed, made = set(), {"public", "pg_catalog", "information_schema"}
    for each in statements:
        thing = getattr(each.element, "element", None)
        if isinstance(thing, (Table, Sequence, sqlalchemy.types.TypeEngine)) and getattr(thing, "schema", None):
            needed.add(str(thing.schema))
        for name in _CREATES_SCHEMA.findall(each.text):
            made.add(name[1:-1].replace('""', '"') if name.startswith('"') else name.lower())
    return [Statement("CREATE SCHEMA IF NOT EXISTS " + dialect.identifier_preparer.quote(name))
            for name in sorted(needed - made)]


def statements_of(metadatas, engine, places, extensions, server_version):
    """The statements' texts in order, without semicolons, and what of rows was left out."""
    recorder = Recorder(make_dialect(engine, server_version), places)
    for metadata in metadatas:
        _let_parents_be_first(metadata)
        _order_indexes(metadata)
        try:
            metadata.create_all(recorder)
        except (NoReferencedTableError, NoReferencedColumnError) as error:
            table = getattr(error, "table_name", None)
            raise Failure(" ".join(str(error).split()), None,
                          "Does nobody import the module that defines %s? Then: --import MODULE" % (table or "it")) from error
    made, dialect = list(_sorted_runs(recorder.statements)), recorder.dialect
    first = []
    if engine == "postgresql":
        quote = dialect.identifier_preparer.quote
        first = [Statement("CREATE EXTENSION IF NOT EXISTS " + quote(name)) for name in extensions]
        first += _schemas(made, dialect)
    texts = [_tidy(each) for each in first + made]
    return [text for text in texts if text], recorder.rows_left_out


# ---- The text ----


def _tidy(statement):
    """SQLAlchemy's own layout with blanks for tabs, and none at the ends of lines; what a person wrote stays."""
    text = statement.text.strip().rstrip(";").rstrip()
    if isinstance(statement.element, CreateTable):
        pieces = _QUIET.split(text)
        pieces[::2] = [re.sub(r"[ \t]+\n", "\n", piece).replace(")\n ", ") ").replace("\t", "    ") for piece in pieces[::2]]
        text = "".join(pieces)
    return text


def script_of(texts):
    """One text: each statement ended by a semicolon, those of several lines between empty lines."""
    script, before = [], None
    for text in texts:
        if before is not None and ("\n" in text or "\n" in before):
            script.append("")
        # A comment at the end would swallow the semicolon.
        script.append(text + ("\n;" if _ends_in_comment(text) else ";"))
        before = text
    return "\n".join(script) + "\n" if script else ""


def _ends_in_comment(text):
    pieces = _QUIET.split(text)
    return not pieces[-1] and len(pieces) > 1 and pieces[-2].startswith("--")
