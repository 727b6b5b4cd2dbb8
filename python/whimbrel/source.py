"""What the commands that print a project's DDL have in common: whose SQL, what goes to stdout, how they fail."""

import gc
import os
import re
import sys
import traceback

from whimbrel import dependencies
from whimbrel.places import place_of
from whimbrel.protocol import Failure

SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}

# Without being told the server's version: before 18, so that a computed column is one of the kind that all versions have.
POSTGRESQL_VERSION = 17

DIALECT_HELP = """
The dialect is, unless --dialect says it, that of WHIMBREL_ENGINE (which whimbrel sets), else that of the URL in
WHIMBREL_URL or DATABASE_URL, else postgresql.
"""


def add_options(parser):
    parser.add_argument("--dialect", choices=["postgresql", "sqlite"], help="whose SQL it shall be")
    parser.add_argument("--path", action="append", default=[], metavar="DIR",
                        help="look for modules here first; may be given several times")
    parser.add_argument("--extension", action="append", default=[], metavar="NAME",
                        help="CREATE EXTENSION IF NOT EXISTS before all else (PostgreSQL)")
    parser.add_argument("--server-version", type=int, default=POSTGRESQL_VERSION, metavar="N",
                        help="PostgreSQL's major version, %d if it is not given" % POSTGRESQL_VERSION)
    parser.add_argument("--traceback", action="store_true", help="show where in Python an error comes from")


def dialect_of(options):
    if options.dialect:
        return options.dialect
    for name in ("WHIMBREL_ENGINE", "WHIMBREL_URL", "DATABASE_URL"):
        value = os.environ.get(name)
        if value:
            scheme = re.split(r"[+:]", value, maxsplit=1)[0].lower()
            if scheme not in SCHEMES:
                raise Failure("%s is neither of PostgreSQL nor of SQLite" % name, None,
                              "Say which it shall be: --dialect postgresql")
            return SCHEMES[scheme]
    return "postgresql"


def set_path(options):
    sys.path[:0] = [os.path.abspath(path) for path in options.path + ["."]]


def words_of(error):
    """An exception in one line."""
    text = str(error).strip()
    return "%s: %s" % (type(error).__name__, text.splitlines()[0]) if text else type(error).__name__


def _say(name, failure):
    fields = dict(failure.fields)
    sys.stdout.flush()  # what the project printed comes before it
    place = "%s:%s: " % (fields["file"], fields["line"]) if fields["file"] else ""
    print("%s: %s%s" % (name, place, fields["message"]), file=sys.stderr)
    if fields["hint"]:
        print("  hint: %s" % fields["hint"], file=sys.stderr)


def _run(name, options, script_of, out):
    """What it has printed; None: it has failed, and said why."""
    try:
        script = script_of(options)
    except Exception as error:
        if options.traceback:
            traceback.print_exc()
        if not isinstance(error, Failure):
            # Of whatever a listener or a type of the project's throws.
            error = Failure("making the tables fails: %s" % words_of(error), None, None, *place_of(error))
        _say(name, error)
        return None
    data = script.encode("utf-8", "surrogateescape")
    written = 0
    while written < len(data):
        written += os.write(out, data[written:])
    return data


def main(name, options, script_of):
    """Prints the text that `script_of(options)` gives back, or says why not, and ends the process."""
    noted = dependencies.start()
    gc.disable()  # models stay as long as the process does: to look for garbage among them is a sixth of the time
    # What the project prints, in Python or below, is not DDL.
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    printed = _run(name, options, script_of, out)
    if noted and printed is not None:
        noted.write(os.environ[dependencies.VARIABLE], printed)
    sys.stdout.flush()
    sys.stderr.flush()
    # Without what the project does at the end, or waits for: a scheduler's thread would keep us.
    os._exit(1 if printed is None else 0)
