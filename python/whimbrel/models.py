"""Finds the MetaData of SQLAlchemy models in a project's modules."""

import difflib
import importlib
import os
import re
import sys

from sqlalchemy import MetaData

from whimbrel.places import place_of
from whimbrel.protocol import Failure
from whimbrel.source import words_of

# A module of a package whose text has none of this defines no tables. Other libraries have a Table or a Column as well.
_MODELS = re.compile(rb"__tablename__|\btable\s*=\s*True|\bmapped_column\(|\bMapped\[|\bDeclarativeBase"
                     rb"|\bdeclarative_base\(|\.Model[),]|\bSQLModel\b")
_TABLES = re.compile(rb"\b(Table|Column|DDL)\(")
_NOT_MODELS = re.compile(r"^(migrations|alembic|versions|tests?|testing|conftest|test_.*|.*_test|__main__)$")


# ---- Importing ----


def _import(name, hint=None):
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        file, line = place_of(error)
        if isinstance(error, ModuleNotFoundError) and error.name and (name + ".").startswith(error.name + ".") and not file:
            folder = os.getcwd()
            raise Failure("there is no module %s in %s" % (error.name, folder), None, _hint_for_path(name)) from error
        if isinstance(error, ModuleNotFoundError) and error.name:
            raise Failure("importing %s fails: the module %s is missing" % (name, error.name), None,
                          "It is run by %s. Is that the project's interpreter?" % sys.executable, file, line) from error
        if isinstance(error, SystemExit):
            raise Failure("importing %s ends the process (sys.exit)" % name, None, hint, file, line) from error
        raise Failure("importing %s fails: %s" % (name, words_of(error)), None, hint, file, line) from error


def _hint_for_path(name):
    if "/" in name or name.endswith(".py"):
        return "Write it as Python would import it: app.models for app/models.py."
    first = name.split(".")[0]
    for folder in ("src", "backend", "app", "server", "api"):
        if os.path.exists(os.path.join(folder, first)) or os.path.exists(os.path.join(folder, first + ".py")):
            return "It is in another folder: --path %s" % folder
    return "Modules are looked for here and in --path DIR."


def _submodules(package, is_wanted):
    """The names of all modules below a package, in order, without importing any that is not wanted."""
    for folder in package.__path__:
        yield from _submodules_in(package.__name__, folder, is_wanted)


def _submodules_in(prefix, folder, is_wanted):
    # Not pkgutil, which passes over folders without an __init__.py, though Python imports from them.
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        name, ending = os.path.splitext(entry.name)
        if not name.isidentifier() or name == "__init__":
            continue
        if entry.is_dir() and not ending and name != "__pycache__":
            if is_wanted(name, os.path.join(entry.path, "__init__.py")):
                yield "%s.%s" % (prefix, name)
            if is_wanted is _is_any or not _NOT_MODELS.match(name):
                yield from _submodules_in("%s.%s" % (prefix, name), entry.path, is_wanted)
        elif ending == ".py" and is_wanted(name, entry.path):
            yield "%s.%s" % (prefix, name)


def _is_any(name, file):
    return name != "__main__" and os.path.isfile(file)


def _looks_like_models(name, file):
    if _NOT_MODELS.match(name) or not os.path.isfile(file):
        return False
    with open(file, "rb") as source:
        text = source.read()
    return bool(_MODELS.search(text) or b"sqlalchemy" in text.lower() and _TABLES.search(text))


def import_more(name):
    """`--import`: a module, or NAME.* for a package with all that is in it."""
    if not name.endswith(".*"):
        _import(name)
        return
    package = _import(name[:-2])
    if not hasattr(package, "__path__"):
        raise Failure("%s is a module, not a package" % name[:-2], None, "Then: --import %s" % name[:-2])
    for each in _submodules(package, _is_any):
        _import(each)


def import_named(spec, with_submodules):
    """The module of `module` or `module:name`, and what of its package looks like models."""
    module = _import(spec.partition(":")[0])
    if with_submodules and hasattr(module, "__path__"):
        for each in _submodules(module, _looks_like_models):
            _import(each, "It was imported because it looks like models; --no-submodules leaves it out.")
    return module


# ---- Finding ----


def _metadata_of(thing):
    """Of a MetaData, a declarative base, a registry, Flask-SQLAlchemy's db; else None."""
    if isinstance(thing, MetaData):
        return thing
    try:
        metadata = getattr(thing, "metadata", None)
    except Exception:
        return None
    return metadata if isinstance(metadata, MetaData) else None


def _candidates(module):
    """(module:name, metadata) for each MetaData of a module, or of what was imported of a package, by its best name."""
    best = {}
    for module_name, each in sorted(sys.modules.items(), key=lambda item: item[0] != module.__name__):
        if each is None or not (module_name + ".").startswith(module.__name__ + "."):
            continue
        for name, thing in list(vars(each).items()):
            metadata = _metadata_of(thing)
            if metadata is None:
                continue
            # No model, nothing private, and in the module itself.
            is_model = getattr(thing, "__table__", None) is not None or getattr(thing, "__tablename__", None) is not None
            rank = (is_model, each is not module, name.startswith("_"), module_name, name)
            if id(metadata) not in best or rank < best[id(metadata)][0]:
                best[id(metadata)] = (rank, "%s:%s" % (module_name, name), metadata)
    return sorted(((name, metadata) for _, name, metadata in best.values()), key=lambda found: found[0])


def _attribute(module, path):
    """`db.metadatas.other` too: what is no attribute may be a key."""
    thing = module
    for name in path.split("."):
        if hasattr(thing, name):
            thing = getattr(thing, name)
        elif isinstance(thing, dict) and name in thing:
            thing = thing[name]
        else:
            raise Failure("%s has no %s" % (module.__name__, path), None, _hint_for_attribute(module, thing, name))
    return thing


def _hint_for_attribute(module, thing, name):
    names = [each for each, _ in _candidates(module)]
    same = [each for each in names if each.endswith(":" + name)]
    close = difflib.get_close_matches(name, [each for each in dir(thing) if not each.startswith("__")], 1)
    if close and not same:
        return "Did you mean %s?" % close[0]
    return "There is %s." % " and ".join(same or names) if names else None


def find_metadata(module, spec):
    path = spec.partition(":")[2]
    if path:
        thing = _attribute(module, path)
        metadata = _metadata_of(thing)
        if metadata is None:
            raise Failure("%s is no declarative base and no MetaData, but %s" % (spec, _what(thing)))
        return metadata
    found = _candidates(module)
    filled = [each for each in found if each[1].tables] or found
    if not filled:
        raise Failure("%s has neither a declarative base nor a MetaData" % spec, None,
                      "Name the module that has it: module:Base")
    if len(filled) > 1:
        names = ["%s (%d tables)" % (name, len(metadata.tables)) for name, metadata in filled]
        raise Failure("%s has several: %s" % (spec, ", ".join(names)), None, "Name the one, or all of them.")
    return filled[0][1]


def _what(thing):
    return "the class %s" % thing.__name__ if isinstance(thing, type) else "of type %s" % type(thing).__name__
