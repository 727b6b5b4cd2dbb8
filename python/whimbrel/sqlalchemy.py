"""
Prints the DDL of SQLAlchemy models, for a schema source:

    [schema]
    source = command:python3 -m whimbrel.sqlalchemy app.models:Base

Nothing is connected to, and no database driver is needed. It runs in the project's interpreter: Python 3.8 and later,
SQLAlchemy 1.4 and later.
"""

import argparse
import fnmatch
import re
import sys

from whimbrel import source
from whimbrel.protocol import Failure

EPILOG = """
MODELS is a module and what is in it: a declarative base, a MetaData, SQLModel, Flask-SQLAlchemy's db. A module alone is
enough when there is only one in it. Of a package, the modules in it that look like models are imported too.
""" + source.DIALECT_HELP


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m whimbrel.sqlalchemy", epilog=EPILOG, allow_abbrev=False,
                                     description="Prints the DDL of SQLAlchemy models.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", metavar="MODELS", nargs="+", help="module:Base, module:metadata or module")
    parser.add_argument("--import", action="append", default=[], dest="more", metavar="MODULE",
                        help="import this as well; MODULE.* is a package with all that is in it")
    parser.add_argument("--no-submodules", action="store_true", help="import of a package what it imports itself")
    parser.add_argument("--exclude", action="append", default=[], metavar="TABLE",
                        help="leave out a table (* and ? stand for anything)")
    source.add_options(parser)
    return parser.parse_args(arguments)


def check_tools():
    try:
        import sqlalchemy
    except ImportError as error:
        raise Failure("%s has no SQLAlchemy" % sys.executable, None,
                      "Run it by the project's interpreter, as in: .venv/bin/python -m whimbrel.sqlalchemy ...") from error
    version = tuple(int(part) for part in re.findall(r"\d+", sqlalchemy.__version__)[:2])
    if version < (1, 4):
        raise Failure("%s has SQLAlchemy %s; 1.4 is the oldest that is supported" % (sys.executable, sqlalchemy.__version__))


def leave_out(metadata, patterns):
    for table in list(metadata.tables.values()):
        if any(fnmatch.fnmatchcase(name, pattern) for name in (table.name, table.fullname) for pattern in patterns):
            metadata.remove(table)


def script_of(options):
    check_tools()
    from whimbrel import ddl, models

    engine, places = source.dialect_of(options), ddl.Places()
    source.set_path(options)
    modules = [models.import_named(spec, not options.no_submodules) for spec in options.models]
    for name in options.more:
        models.import_more(name)
    metadatas = []
    for module, spec in zip(modules, options.models):
        metadata = models.find_metadata(module, spec)
        leave_out(metadata, options.exclude)
        if metadata not in metadatas:
            metadatas.append(metadata)
    if not any(metadata.tables for metadata in metadatas):
        raise Failure("%s %s no tables" % (" and ".join(options.models), "has" if len(modules) == 1 else "have"), None,
                      "Name the module that defines them, or import it as well: --import app.models")
    texts, rows = ddl.statements_of(metadatas, engine, places, options.extension, options.server_version)
    if rows:
        print("whimbrel.sqlalchemy: rows are no part of a schema and are left out: %s" % "; ".join(rows), file=sys.stderr)
    return ddl.script_of(texts)


if __name__ == "__main__":
    source.main("whimbrel.sqlalchemy", parse_arguments(), script_of)
