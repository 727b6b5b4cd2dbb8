"""
Prints the DDL of SQLAlchemy models, for a schema source:

    [schema]
    source = command:python3 -m whimbrel.sqlalchemy app.models:Base

Nothing is connected to, and no database driver is needed. It runs in the project's interpreter: Python 3.8 and later,
SQLAlchemy 1.4 and later.
"""

import argparse
import fnmatch
import os
import re
import sys
import traceback

from whimbrel.protocol import Failure

EPILOG = """
MODELS is a module and what is in it: a declarative base, a MetaData, SQLModel, Flask-SQLAlchemy's db. A module alone is
enough when there is only one in it. Of a package, the modules in it that look like models are imported too.

The dialect is, unless --dialect says it, that of WHIMBREL_ENGINE (which whimbrel sets), else that of the URL in
WHIMBREL_URL or DATABASE_URL, else postgresql.
"""

SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="python -m whimbrel.sqlalchemy", epilog=EPILOG, allow_abbrev=False,
                                     description="Prints the DDL of SQLAlchemy models.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", metavar="MODELS", nargs="+", help="module:Base, module:metadata or module")
    parser.add_argument("--dialect", choices=["postgresql", "sqlite"], help="whose SQL it shall be")
    parser.add_argument("--path", action="append", default=[], metavar="DIR",
                        help="look for modules here first; may be given several times")
    parser.add_argument("--import", action="append", default=[], dest="more", metavar="MODULE",
                        help="import this as well; MODULE.* is a package with all that is in it")
    parser.add_argument("--no-submodules", action="store_true", help="import of a package what it imports itself")
    parser.add_argument("--extension", action="append", default=[], metavar="NAME",
                        help="CREATE EXTENSION IF NOT EXISTS before all else (PostgreSQL)")
    parser.add_argument("--exclude", action="append", default=[], metavar="TABLE",
                        help="leave out a table (* and ? stand for anything)")
    parser.add_argument("--server-version", type=int, metavar="N",
                        help="PostgreSQL's major version; from 18 on, computed columns may be virtual")
    parser.add_argument("--traceback", action="store_true", help="show where in Python an error comes from")
    return parser.parse_args(arguments)


def dialect_of(options):
    if options.dialect:
        return options.dialect
    for name in ("WHIMBREL_ENGINE", "WHIMBREL_URL", "DATABASE_URL"):
        value = os.environ.get(name)
        if value:
            scheme = re.split(r"[+:]", value, maxsplit=1)[0].lower()
            if scheme not in SCHEMES:
                raise Failure("%s is neither of PostgreSQL nor of SQLite" % name, None, "Say which it shall be: --dialect postgresql")
            return SCHEMES[scheme]
    return "postgresql"


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


def print_ddl_of(options):
    """The text, and what is to be said about it."""
    check_tools()
    from whimbrel import ddl, models

    engine, places = dialect_of(options), ddl.Places()
    sys.path[:0] = [os.path.abspath(path) for path in options.path + ["."]]
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
    return ddl.script_of(texts), rows


def say(failure):
    fields = dict(failure.fields)
    sys.stdout.flush()  # what the project printed comes before it
    place = fields["file"] and "%s:%s: " % (fields["file"], fields["line"]) or ""
    print("whimbrel.sqlalchemy: %s%s" % (place, fields["message"]), file=sys.stderr)
    if fields["hint"]:
        print("  hint: %s" % fields["hint"], file=sys.stderr)


def failure_of(error):
    """Of whatever a listener or a type of the project's throws."""
    from whimbrel.places import place_of

    file, line = place_of(error)
    text = str(error).strip()
    return Failure("making the tables fails: %s%s" % (type(error).__name__, ": " + text.splitlines()[0] if text else ""),
                   None, None, file, line)


def run(options, out):
    try:
        script, rows = print_ddl_of(options)
    except Exception as error:
        if options.traceback:
            traceback.print_exc()
        say(error if isinstance(error, Failure) else failure_of(error))
        return 1
    if rows:
        print("whimbrel.sqlalchemy: rows are no part of a schema and are left out: %s" % "; ".join(rows), file=sys.stderr)
    data = script.encode("utf-8", "surrogateescape")
    while data:
        data = data[os.write(out, data):]
    return 0


def main(arguments=None):
    options = parse_arguments(arguments)
    # What the project prints, in Python or below, is not DDL.
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    return run(options, out)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Without what the project does at the end, or waits for: a scheduler's thread would keep us.
    os._exit(status)
