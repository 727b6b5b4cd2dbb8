"""
Prints the DDL of a Django project's models, for a schema source:

    [schema]
    source = command:python3 -m whimbrel.django

It is what Django's own schema editor would run for all models at once; what migrations do besides (RunSQL, extensions)
is not in it. Nothing is connected to. It runs in the project's interpreter, with the driver that Django wants.
"""

import argparse
import os
import re
import sys

from whimbrel import source
from whimbrel.literal import Literals, bind
from whimbrel.places import place_of
from whimbrel.protocol import Failure

BACKENDS = {"postgresql": "django.db.backends.postgresql", "sqlite": "django.db.backends.sqlite3"}


def parse_arguments(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m whimbrel.django", allow_abbrev=False, epilog=source.DIALECT_HELP,
                                     description="Prints the DDL of a Django project's models.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", metavar="APP", nargs="*", help="these alone, by their labels")
    parser.add_argument("--settings", metavar="MODULE", help="else DJANGO_SETTINGS_MODULE, else what manage.py has")
    source.add_options(parser)
    return parser.parse_args(arguments)


def settings_of(options):
    if options.settings or os.environ.get("DJANGO_SETTINGS_MODULE"):
        return options.settings or os.environ["DJANGO_SETTINGS_MODULE"]
    for folder in options.path + ["."]:
        try:
            with open(os.path.join(folder, "manage.py"), encoding="utf-8", errors="replace") as file:
                found = re.search(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""", file.read())
        except OSError:
            continue
        if found:
            return found[1]
    raise Failure("there are no settings: no manage.py here that names them, and no DJANGO_SETTINGS_MODULE", None,
                  "Name them: --settings project.settings")


def set_up(options):
    try:
        import django
    except ImportError as error:
        raise Failure("%s has no Django" % sys.executable, None,
                      "Run it by the project's interpreter, as in: .venv/bin/python -m whimbrel.django") from error
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_of(options)
    try:
        django.setup()
    except (Exception, SystemExit) as error:
        hint = None
        if isinstance(error, ModuleNotFoundError):
            hint = "It is run by %s. Is that the project's interpreter? Modules are looked for here and in --path DIR." % sys.executable
        raise Failure("Django can't be set up: %s" % source.words_of(error), None, hint, *place_of(error)) from error


def make_connection(engine, server_version):
    """A connection that is never made; on SQLite one to nothing but memory."""
    from django.db import ConnectionHandler
    from django.db.utils import DEFAULT_DB_ALIAS

    settings = {"ENGINE": BACKENDS[engine], "NAME": ":memory:" if engine == "sqlite" else "none"}
    try:
        connection = ConnectionHandler({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    except Exception as error:
        raise Failure("Django's part for this engine can't be loaded: %s" % source.words_of(error)) from error
    if engine == "postgresql":
        literals = Literals(engine)
        connection.__dict__["pg_version"] = server_version * 10000
        connection.connect = _no_connection
        connection.ops.compose_sql = lambda sql, params: bind(sql, params, "format", literals)
    return connection


def _no_connection():
    raise Failure("Django asks the database something to make the tables, and there is no database")


def statements_of(connection, labels):
    from django.apps import apps
    from django.db.migrations.state import ProjectState

    for label in labels:
        try:
            apps.get_app_config(label)
        except LookupError as error:
            raise Failure("there is no app %s" % label, None,
                          "There is %s." % ", ".join(sorted(config.label for config in apps.get_app_configs()))) from error
    # The models as migrations would have them: of the tables between two models, some keys are of another type there.
    models = ProjectState.from_apps(apps).apps.get_models()
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in models:
            if model._meta.can_migrate(connection) and (not labels or model._meta.app_label in labels):
                editor.create_model(model)
    return editor.collected_sql


def script_of(options):
    engine = source.dialect_of(options)
    source.set_path(options)
    set_up(options)
    statements = statements_of(make_connection(engine, options.server_version), options.apps)
    if not statements:
        raise Failure("there are no models")
    if engine == "postgresql":
        statements[:0] = ['CREATE EXTENSION IF NOT EXISTS "%s";' % name.replace('"', '""') for name in options.extension]
    return "\n".join(statements) + "\n"


if __name__ == "__main__":
    source.main("whimbrel.django", parse_arguments(), script_of)
