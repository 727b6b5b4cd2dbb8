"""
The bridge: drives a project's own Alembic over a scratch database, one revision at a time, and tells what each did.

    python -m whimbrel.alembic --output-fd 3 [--ini FILE] [--section NAME] [-x KEY=VALUE] [--from REV --baseline FILE]

Started by `whimbrel import alembic`, with the scratch database's URL in WHIMBREL_SCRATCH_URL; what it says, and how,
is in whimbrel/protocol.py. It runs in the project's interpreter: Python 3.8 and later, Alembic 1.8 and later,
SQLAlchemy 1.4 and later.

Every revision is gone up, down, up and down by the recorded statements alone, and up again. That tells whether the way
down leads back to the schema it came from, and whether the recording does what the revision did.
"""

import argparse
import os
import re
import sys
import traceback
import warnings

from whimbrel.protocol import Channel, Failure

# `python -m` puts the working folder first: a project's own folder "alembic" must not stand before the package.
if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(os.getcwd()):
    del sys.path[0]

try:
    import alembic
    import sqlalchemy
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import RevisionStep
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError
    from alembic.util.pyfiles import load_python_file
    from sqlalchemy.exc import DBAPIError
except ImportError as error:
    alembic, missing = None, error

if alembic:
    from whimbrel import catalog
    from whimbrel.recorder import CATALOG, ROWS, CannotRender, Recorder, one_line, sql_of
    from whimbrel.scratch import open_scratch

ID_LIMIT = 32
NOT_THERE = "has no Alembic"


def check_tools():
    if alembic is None:
        raise Failure("%s has no %s" % (sys.executable, "Alembic" if missing.name == "alembic" else missing.name),
                      str(missing), "Name the project's interpreter: --python .venv/bin/python")
    version = tuple(int(part) for part in re.findall(r"\d+", alembic.__version__)[:2])
    if version < (1, 8):
        raise Failure("%s has Alembic %s; 1.8 is the oldest that is supported" % (sys.executable, alembic.__version__))


# ---- The project ----


def set_environment(url, names):
    """Whatever the project reads, it finds the scratch database."""
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    plain = re.sub(r"^(\w+)\+\w+://", r"\1://", url)
    for name in ["DATABASE_URL", "DATABASE_URI", "DB_URL", "SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI"] + names:
        os.environ[name] = url
    if parsed.get_backend_name() != "postgresql":
        return plain
    host = parsed.host or parsed.query.get("host") or "localhost"
    port = str(parsed.port or parsed.query.get("port") or 5432)
    values = {"HOST": host, "SERVER": host, "PORT": port, "USER": parsed.username or "", "USERNAME": parsed.username or "",
              "PASSWORD": parsed.password or "", "DB": parsed.database, "NAME": parsed.database}
    for family in ("POSTGRES", "DB", "DATABASE"):
        for name, value in values.items():
            if value:
                os.environ["%s_%s" % (family, name)] = value
    for name, value in {"HOST": host, "PORT": port, "USER": parsed.username, "PASSWORD": parsed.password,
                        "DATABASE": parsed.database}.items():
        if value:
            os.environ["PG" + name] = value
    return plain


def read_config(options, url):
    ini = options.ini
    if ini is None:
        ini = next((name for name in ("alembic.ini", "pyproject.toml") if os.path.exists(name)), None)
    if ini is None or not os.path.exists(ini):
        raise Failure("there is no %s" % (ini or "alembic.ini"), None, "Name it: --ini backend/alembic.ini")
    arguments = {"ini_section": options.section}
    if ini.endswith(".toml"):
        if "toml_file" not in Config.__init__.__code__.co_varnames:
            raise Failure("Alembic %s does not read %s; 1.16 is the oldest that does" % (alembic.__version__, ini))
        arguments["toml_file"] = ini
    else:
        arguments["file_"] = ini
        toml = os.path.join(os.path.dirname(ini), "pyproject.toml")
        if "toml_file" in Config.__init__.__code__.co_varnames and os.path.exists(toml):
            arguments["toml_file"] = toml
    options_of_alembic = argparse.Namespace(x=options.x, name=options.section, config=ini, sql=False, tag=None,
                                            revision="heads", cmd=(None, ["revision"], ["sql", "tag"]))
    config = Config(cmd_opts=options_of_alembic, **arguments)
    for name in ("sqlalchemy.url", "url"):  # the latter is what some read who make the engine themselves
        config.set_section_option(options.section, name, url.replace("%", "%%"))
    go_where_it_works(config, ini)
    return config, ini


def go_where_it_works(config, ini):
    """A relative script_location counts from where alembic is run: here, or beside the file."""
    get = getattr(config, "get_alembic_option", config.get_main_option)
    location = get("script_location")
    folder = os.path.dirname(os.path.abspath(ini))
    if location and ":" not in location and not os.path.isdir(location) and os.path.isdir(
            os.path.join(folder, location)):
        config.config_file_name = os.path.abspath(ini)
        os.chdir(folder)
    sys.path.insert(0, os.getcwd())


def place_of(error, folders):
    """Of all the frames of an error, the last that is in one of the project's files."""
    found = (None, None)
    if isinstance(error, SyntaxError) and error.filename:
        return os.path.relpath(error.filename), error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        path = os.path.abspath(frame.filename)
        if any(path.startswith(folder + os.sep) and "site-packages" not in path[len(folder):] for folder in folders):
            found = (os.path.relpath(path), frame.lineno)
    return found


def words_of(error):
    """What an exception says, in one line and in full."""
    text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    statement = getattr(error, "statement", None)
    detail = "%s: %s" % (type(error).__name__, text)
    if statement:
        detail += "\nstatement: " + one_line(statement, 600)
    return text.splitlines()[0], detail


def nowhere():
    return None


class Step:
    """Asks for one revision by Alembic, up or down."""

    def __init__(self, revision, up):
        self.revision, self.up = revision, up
        self.is_second = False


class Stamp:
    """Asks for Alembic's table to have these ids."""

    def __init__(self, ids):
        self.ids = ids


APPLIED = "applied"  # asks for the ids in Alembic's table
LEAVE = "leave"  # asks for no session of env.py to be there


class Project:
    """The project's history, and a way to run one of its steps."""

    def __init__(self, options, scratch, url):
        self.scratch = scratch
        self.config, self.ini = read_config(options, url)
        self.version_table, self.version_table_schema, self.search_path = "alembic_version", None, None
        self.script = self._call(nowhere, lambda: ScriptDirectory.from_config(self.config), "the project")
        self.folders = [os.path.abspath(self.script.dir)]
        self.recorder = Recorder(scratch.dialect, lambda: self.version_table)
        self.revisions, self.by_id = [], {}
        self.ran = set()  # the ids of those that have been run

    def load(self):
        """Reads the revisions; behind the first run of env.py, which may say where they are."""
        locations = getattr(self.script, "_version_locations", None) or []
        self.folders += [os.path.abspath(each) for each in locations]
        self.revisions = self._load()

    def _call(self, revision, function, what="env.py"):
        """Runs the project's code; whatever it throws becomes a Failure that names the file. `revision`: () -> at which."""
        try:
            return function()
        except Failure:
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if self.scratch.refusal:
                raise self.scratch.refusal from None
            folders = getattr(self, "folders", [os.getcwd()])
            file, line = place_of(error, folders)
            first, detail = words_of(error)
            hint = None
            if isinstance(error, ModuleNotFoundError):
                first = "the package %s is missing in %s" % (error.name, sys.executable)
                hint = "Install it there, or name the project's interpreter with --python."
            elif isinstance(error, SystemExit):
                first = "it ends the process (sys.exit)"
            at = revision()
            file = file or (os.path.relpath(at.path) if at else None)
            raise Failure("%s fails: %s" % ("revision %s" % at.revision if at else what, first), detail, hint, file, line,
                          at.revision if at else None) from error

    # ---- The graph ----

    def _load(self):
        """Every revision, each behind all that it builds on."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            by_id = self._check_ids(self._load_files())
            try:
                self._call(nowhere, lambda: self.script.revision_map._revision_map, "the history")
            except Failure as failure:
                said = dict(failure.fields)
                named = (by_id[word].path for word in re.findall(r"[\w.-]+", said["message"]) if word in by_id)
                raise Failure(**{**said, "file": said["file"] or next(named, None)}) from failure
        self.by_id = {key: self.script.revision_map._revision_map[key] for key in by_id}
        return self._sorted()

    def _load_files(self):
        files = {}
        try:
            for each in self.script._load_revisions():
                files[each.path] = each
            return list(files.values())
        except (CommandError, Exception) as error:
            file, line = place_of(error, self.folders)
            file = file or self._file_named_by(error)
            first, detail = words_of(error)
            hint = None
            if isinstance(error, ModuleNotFoundError):
                first = "the package %s is missing in %s" % (error.name, sys.executable)
                hint = "Install it there, or name the project's interpreter with --python."
            raise Failure("a revision can't be read: %s" % first, detail, hint, file, line) from error

    def _check_ids(self, loaded):
        """The revisions by their ids; what Alembic would only warn of, or answer with a KeyError, is told with the file."""
        by_id = {}
        for each in loaded:
            if each.revision in by_id:
                raise Failure("two files have the revision id %s" % each.revision,
                              "They are %s and %s." % (by_id[each.revision].path, each.path),
                              "Give one of them another id.", each.path)
            by_id[each.revision] = each
        for each in loaded:
            parents = [each.down_revision] if isinstance(each.down_revision, str) else each.down_revision or ()
            missing = [parent for parent in parents if parent not in by_id]
            if missing:
                raise Failure("revision %s builds on %s, which no file has" % (each.revision, missing[0]), None,
                              "Its file is missing, or the id is misspelt.", each.path)
        return by_id

    def _file_named_by(self, error):
        """Alembic's own errors name a file ("b.py") or the module that it became ("b_py")."""
        names = set(re.findall(r"[\w.-]+", str(error)))
        for folder in self.folders:
            for place, _, files in os.walk(folder):
                for name in files:
                    if name.endswith(".py") and names & {name, re.sub(r"\W", "_", name)}:
                        return os.path.relpath(os.path.join(place, name))
        return None

    def parents(self, revision):
        """All it builds on, by id."""
        return [each for each in revision._all_down_revisions if each in self.by_id]

    def _sorted(self):
        done, order = set(), []
        for start in sorted(self.by_id.values(), key=lambda each: each.path):
            stack = [(start, iter(self.parents(start)))]
            while stack:
                revision, rest = stack[-1]
                parent = next((each for each in rest if each not in done), None)
                if revision.revision in done:
                    stack.pop()
                elif parent is not None:
                    stack.append((self.by_id[parent], iter(self.parents(self.by_id[parent]))))
                else:
                    done.add(revision.revision)
                    order.append(revision)
                    stack.pop()
        return order

    # ---- Steps ----

    def drive(self, work):
        """
        `work` is a generator that asks for things by what it yields, and is answered: a Step by its Recording or by the
        Failure that is thrown into it. Steps that follow each other are taken in one run of env.py, as `alembic
        upgrade` takes them, but each is committed by itself. Anything else is done when that run has ended.
        """
        try:
            asked = next(work)
            while True:
                if isinstance(asked, Step):
                    asked = self._take_steps(work, asked)
                else:
                    asked = work.send(self._do_alone(asked))
        except StopIteration:
            pass

    def _do_alone(self, asked):
        if asked is APPLIED:
            applied = []
            self._run_env(lambda heads, context: applied.extend(heads) or [])
            return applied
        if isinstance(asked, Stamp):
            self._run_env(lambda heads, context: self.script._stamp_revs(tuple(asked.ids), heads))
        return None  # LEAVE

    def _take_steps(self, work, asked):
        """What `work` asks for behind the steps."""
        ended = None

        def steps(heads, context):
            nonlocal asked, ended
            while isinstance(asked, Step) and ended is None:
                self.at = asked.revision
                step = RevisionStep(self.script.revision_map, asked.revision, asked.up)
                step.migration_fn = self.recorder.around(step.migration_fn)
                yield step
                self.scratch.settle(context.connection)
                self.ran.add(asked.revision.revision)
                done = self.recorder.last
                try:
                    asked = work.send(done)
                except BaseException as error:  # of the importer's own: env.py must not see it
                    ended = error
                if done.session:
                    break  # the next step must not find what this one has set

        failure = None
        began_with, self.recorder.last = asked, None
        try:
            self._run_env(steps)
        except Failure as caught:
            failure = caught
        if ended is not None:
            raise ended
        if failure is None and self.recorder.last is not None and self.recorder.last.error is not None:
            failure = Failure("env.py goes on after revision %s has failed" % asked.revision.revision,
                              str(self.recorder.last.error), None, self.env_path(), None, asked.revision.revision)
        if failure is None and asked is began_with:
            failure = Failure("env.py does not run the migrations", None, None, self.env_path())
        if failure is None:
            return asked
        if not isinstance(asked, Step) or self.recorder.last is None:
            raise failure
        return asked if self._load_again(asked) else work.throw(failure)

    def _load_again(self, step):
        """
        To Alembic each command is a process of its own. A file that can't be run twice in one, as it declares tables where
        it runs for instance, is loaded anew.
        """
        error = self.recorder.last.error
        if step.is_second or error is None or isinstance(error, DBAPIError) or step.revision.revision not in self.ran:
            return False
        step.is_second = True
        try:
            step.revision.module = load_python_file(*os.path.split(step.revision.path))
        except Exception:
            return False
        return True

    def _run_env(self, function):
        ran = []

        def steps(heads, context):
            if ran:
                raise Failure("env.py works on several databases; one is known", None, None, self.env_path())
            ran.append(True)
            self._learn(context)
            return function(heads, context)

        def run():
            with EnvironmentContext(self.config, self.script, fn=steps, as_sql=False, starting_rev=None,
                                    destination_rev="heads", tag=None):
                self.script.run_env()

        self.at = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._call(lambda: self.at, run)
            finally:
                self.at = None
                self.scratch.settle()
        if not ran:
            raise Failure("env.py does not run the migrations", "It never called context.run_migrations().", None,
                          self.env_path())
        if not self.scratch.checked:
            raise Failure("env.py uses a connection that can't be checked to be the scratch database's", None, None,
                          self.env_path())

    def env_path(self):
        return os.path.relpath(os.path.join(self.script.dir, "env.py"))

    def _learn(self, context):
        self.version_table = context.version_table
        self.version_table_schema = context.version_table_schema
        if self.scratch.dialect == "postgresql" and self.search_path is None:
            self.search_path = context.connection.exec_driver_sql("SHOW search_path").scalar()
            self.scratch.use_search_path(self.search_path)

    def try_out(self):
        """Runs env.py without a step: whether it works, and where it leads. What it does by itself is given back."""
        with self.recorder.recorded() as recording:
            self._run_env(lambda heads, context: [])
        return recording

    def snapshot(self):
        return self.scratch.snapshot(self.version_table)


# ---- The import ----


class Imported:
    """What is known of one revision: what it did upwards and downwards, and what is to be said about it."""

    def __init__(self, revision):
        self.revision = revision
        self.up = self.down = None
        self.down_error = None
        self.notes = []  # (kind, text)
        self.faithful = True  # its recorded statements do what it did

    def note(self, kind, text):
        self.notes.append((kind, " ".join(text.split())))


class Importer:
    def __init__(self, project, channel, baseline):
        self.project, self.scratch, self.channel = project, project.scratch, channel
        self.baseline_sql = baseline
        self.of_env = None  # the Recording of what env.py does before any revision; or None
        self.empty = {}  # the snapshot of before that
        self.done = []  # Imported
        self.number = 0

    def progress(self, revision, text):
        self.channel.send("progress", [
            ("revision", revision.revision if revision else None),
            ("path", os.path.relpath(revision.path) if revision else self.project.env_path()),
            ("text", text), ("number", self.number)])

    # ---- The state of the scratch database ----

    def heads(self, ids):
        below = {parent for each in ids for parent in self.project.parents(self.project.by_id[each])}
        return [each for each in ids if each not in below]

    def rebuild_below(self):
        """The scratch database anew, with what has been recorded so far."""
        yield LEAVE
        self.scratch.reset()
        if self.of_env:
            self.scratch.run_all(self.of_env.statements(), not self.of_env.autocommit)
        if self.baseline_sql:
            self.scratch.run_script(self.baseline_sql)
        there = list(self.applied_below)
        for imported in self.done:
            if imported.faithful:
                self.scratch.run_all(imported.up.statements(), not imported.up.autocommit)
            else:
                yield Stamp(self.heads(there))
                yield Step(imported.revision, True)
                yield LEAVE
            there.append(imported.revision.revision)
        if there:
            yield Stamp(self.heads(there))

    # ---- One revision ----

    def work(self, revision):
        self.number += 1
        imported = Imported(revision)
        before = self.state
        if self.of_env and self.number == 1:
            imported.note("env", "env.py, or what it imports, makes things before any revision; on an empty database let it "
                                 "do so first, and begin with --adopt base: " +
                          catalog.shortened(catalog.differences(self.empty, before)))
        self.progress(revision, "up")
        imported.up = yield Step(revision, True)
        after = self.project.snapshot()
        self.describe_up(imported)
        self.progress(revision, "down")
        is_below = yield from self.go_down(imported, before, after)
        if is_below:
            yield from self.replay(imported, before, after)
            yield from self.go_up_again(imported, after)
        self.done.append(imported)
        self.state = after if imported.down_error is None and imported.faithful else self.project.snapshot()
        self.send(imported)

    def describe_up(self, imported):
        if imported.up.reads(ROWS):
            imported.note("rows", "it reads rows, and the scratch database has none but those that revisions put in: "
                                  "where there are others, let Alembic go beyond it first")
        elif imported.up.reads(CATALOG):
            imported.note("condition", "it looks at what is there and decides")
        if imported.up.own_table:
            imported.note("alembic-table", "it changes Alembic's own table; that is left out")

    def go_down(self, imported, before, after):
        """Whether the database is below the revision afterwards."""
        revision = imported.revision
        try:
            imported.down = yield Step(revision, False)
        except Failure as failure:
            imported.down_error = failure.fields[1][1] or failure.args[0]
        if imported.down_error is not None:
            imported.down = self.project.recorder.last
            imported.note("downgrade-fails", one_line(imported.down_error))
            applied = yield APPLIED
            if self.project.snapshot() != after or revision.revision not in applied:
                yield from self.restore(imported, after)
            return False
        self.below = self.project.snapshot()
        found = catalog.differences(before, self.below)
        if found:
            imported.note("downgrade-differs", "the downgrade does not lead back to the schema before: " +
                          catalog.shortened(found))
        return True

    def restore(self, imported, after):
        """Back to where the revision has been applied, after something has left the database half way."""
        yield from self.rebuild_below()
        yield Step(imported.revision, True)
        if self.project.snapshot() != after:
            imported.faithful = False

    def replay(self, imported, before, after):
        """The recorded statements, past Alembic: they must do the same."""
        up, down = imported.up, imported.down
        if not up.changes and not down.changes:
            return
        rebuilt = before != self.below  # what the downgrade left behind would be in the way
        if rebuilt:
            yield from self.rebuild_below()
        found = self.try_recorded(imported, after)
        if found and not rebuilt:
            yield from self.rebuild_below()
            again = self.try_recorded(imported, after)
            if not again:
                imported.note("downgrade-differs", "the downgrade leaves rows behind, over which the recorded statements "
                                                   "can't go up again: " + catalog.shortened(found))
            found = again
        if found:
            imported.faithful = False
            imported.note("unfaithful", "the recorded statements alone do not do what the revision does: " +
                          catalog.shortened(found))

    def try_recorded(self, imported, after):
        """Up and down; what is other than it was, in words."""
        up, down = imported.up, imported.down
        try:
            self.scratch.run_all(up.statements(), not up.autocommit)
            found = catalog.differences(after, self.project.snapshot())
            self.scratch.run_all(down.statements(), not down.autocommit)
            return found + catalog.differences(self.below, self.project.snapshot())
        except Exception as error:
            return [one_line(str(error))]

    def go_up_again(self, imported, after):
        clean = imported.faithful and not any(kind == "downgrade-differs" for kind, _ in imported.notes)
        if not clean:
            yield from self.rebuild_below()
        again = yield Step(imported.revision, True)
        if again.statements() != imported.up.statements():
            imported.note("varies", "it ran other statements the second time (values that Python makes, or a "
                                    "condition): " + self.first_variation(imported.up, again))
        if imported.faithful and self.project.snapshot() != after:
            imported.faithful = False
            imported.note("unfaithful", "it made another schema the second time")

    @staticmethod
    def first_variation(first, second):
        for a, b in zip(first.statements(), second.statements()):
            if a != b:
                return one_line(a, 120)
        return "%d statements, then %d" % (len(first.changes), len(second.changes))

    # ---- All of them ----

    def run(self, base):
        project = self.project
        self.applied_below = self.below_base(base)
        if base:
            self.scratch.run_script(self.baseline_sql)
            yield Stamp([base])
        self.send_settings()
        self.state = project.snapshot()
        for revision in project.revisions:
            if revision.revision == base:
                self.send_baseline(revision)
            elif revision.revision not in self.applied_below:
                yield from self.work(revision)

    def below_base(self, base):
        if base is None:
            return []
        revision = self.project.by_id.get(base) or self.project._call(
            nowhere, lambda: self.project.script.get_revision(base), "--from %s" % base)
        if revision is None or revision.revision != base:
            raise Failure("--from names no revision: %s" % base, None, "Give the full id of one.")
        below, stack = {base}, [base]
        while stack:
            for parent in self.project.parents(self.project.by_id[stack.pop()]):
                if parent not in below:
                    below.add(parent)
                    stack.append(parent)
        for other in self.project.revisions:
            parents = self.project.parents(other)
            if other.revision not in below and (not parents or any(each in below and each != base for each in parents)):
                raise Failure("revision %s does not come after %s" % (other.revision, base), "It builds on %s." %
                              (", ".join(parents) or "nothing"), "Begin at one that all the others build on.",
                              os.path.relpath(other.path))
        return sorted(below)

    def send_settings(self):
        project = self.project
        default = '"$user", public'
        path = project.search_path if project.search_path not in (None, default) else None
        self.channel.send("settings", [
            ("version_table", project.version_table), ("version_table_schema", project.version_table_schema),
            ("search_path", path)])

    def fields(self, revision):
        versioned = revision._versioned_down_revisions
        depends = revision.dependencies or ()
        labels = getattr(revision.module, "branch_labels", None) or ()
        depends = [depends] if isinstance(depends, str) else depends
        labels = [labels] if isinstance(labels, str) else labels
        fields = [("id", revision.revision), ("path", os.path.relpath(revision.path)),
                  ("message", " ".join((revision.doc or "").split())), ("created", created(revision))]
        fields += [("revises", each) for each in versioned]
        fields += [("depends_on", each) for each in depends]
        return fields + [("label", each) for each in labels]

    def send_baseline(self, revision):
        fields = [field for field in self.fields(revision) if field[0] not in ("revises", "depends_on")]
        fields += [("up", self.baseline_sql), ("baseline", "true"), ("irreversible", "true"),
                   ("down", "-- whimbrel: the schema as it was at this revision, from a dump.\n")]
        self.channel.send("revision", fields)

    def send(self, imported):
        fields = self.fields(imported.revision)
        fields.append(("up", sql_of(imported.up, self.up_lines(imported))))
        if imported.up.autocommit:
            fields.append(("up_transaction", "false"))
        if imported.down_error is not None:
            lines = ["whimbrel: Alembic's downgrade fails: " + one_line(imported.down_error)]
            lines += ["ran before that: " + one_line(sql) for sql in imported.down.statements()]
            fields += [("down", "".join("-- %s\n" % line for line in lines)), ("irreversible", "true")]
        else:
            fields.append(("down", sql_of(imported.down, self.down_lines(imported))))
            if imported.down.autocommit:
                fields.append(("down_transaction", "false"))
        fields += [("note", "%s: %s" % note) for note in imported.notes]
        self.channel.send("revision", fields)

    @staticmethod
    def up_lines(imported):
        return ["whimbrel: " + text for kind, text in imported.notes if not kind.startswith("downgrade")]

    @staticmethod
    def down_lines(imported):
        return ["whimbrel: " + text for kind, text in imported.notes if kind.startswith("downgrade")]


def created(revision):
    """The template's "Create Date: 2023-05-17 10:11:12.123456", or None."""
    found = re.search(r"Create Date:\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*([+-]\d\d:\d\d|Z)?",
                      revision.longdoc or "")
    return "%sT%s%s" % (found[1], found[2], (found[3] or "Z").replace("+00:00", "Z")) if found else None


def check_ids(project):
    for revision in project.revisions:
        if len(revision.revision) > ID_LIMIT:
            raise Failure("the revision id %s has %d characters, %d are allowed" % (
                revision.revision, len(revision.revision), ID_LIMIT), None,
                "The column of Alembic's table has no room for more.", os.path.relpath(revision.path))


def run(options, channel):
    check_tools()
    url = os.environ["WHIMBREL_SCRATCH_URL"]
    set_environment(url, options.url_variable)
    scratch = open_scratch(url)
    if not scratch.is_empty():
        raise Failure("the scratch database is not empty, and is left as it is", None, "Name an empty one with --scratch.")
    baseline = None
    if options.baseline:
        with open(options.baseline, encoding="utf-8") as file:
            baseline = file.read()
    try:
        project = Project(options, scratch, url)
        importer = Importer(project, channel, baseline)
        importer.progress(None, "env.py")
        empty = project.snapshot()
        of_env = project.try_out()
        if project.snapshot() != empty:
            importer.of_env, importer.empty = of_env, empty
        importer.progress(None, "the revisions")
        project.load()
        check_ids(project)
        channel.send("hello", [("python", sys.version.split()[0]), ("alembic", alembic.__version__),
                               ("sqlalchemy", sqlalchemy.__version__),
                               ("total", len(project.revisions))])
        project.drive(importer.run(options.base))
    finally:
        scratch.reset()
    channel.send("done")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output-fd", type=int, required=True)
    parser.add_argument("--ini")
    parser.add_argument("--section", default="alembic")
    parser.add_argument("-x", action="append", default=[])
    parser.add_argument("--from", dest="base")
    parser.add_argument("--baseline")
    parser.add_argument("--url-variable", action="append", default=[])
    options = parser.parse_args()
    channel = Channel(options.output_fd)
    try:
        run(options, channel)
    except Failure as failure:
        channel.send("error", failure.fields)
        return 1
    except (CannotRender if alembic else Failure) as error:
        channel.send("error", [("message", "a statement can't be written down: %s" % error)])
        return 1
    except Exception as error:
        channel.send("error", [("message", "the import failed: %s" % (str(error).strip() or type(error).__name__)),
                               ("detail", traceback.format_exc())])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
