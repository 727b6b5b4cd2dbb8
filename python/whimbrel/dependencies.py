"""
Which files a process has read, for whoever runs it and wants to know when it would print something else. Without an answer
where that can't be known: what others say over a socket or a pipe is no file.
"""

import importlib.util
import os
import sys

VARIABLE = "WHIMBREL_DEPENDENCIES"

LISTS = {"os.listdir", "os.scandir"}
ASKS_OTHERS = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
               "socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class Dependencies:
    def __init__(self):
        self.paths = set()
        self.asks_others = False

    def watch(self):
        """From now on, with what was imported before; there is no way to end it."""
        sys.addaudithook(self._note)

    def _note(self, event, arguments):
        if event == "open":
            path, _, flags = arguments
            if not flags & (os.O_WRONLY | os.O_CREAT):  # what it writes, it knows
                self._add(path)
        elif event in LISTS:
            self._add("." if arguments[0] is None else arguments[0])
        elif event in ASKS_OTHERS or (event == "sqlite3.connect" and arguments[0] != ":memory:"):
            self.asks_others = True

    def _add(self, path):
        if isinstance(path, int):
            return  # it was opened before by its name, or is nothing that has one
        try:
            path = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError, OSError):
            self.asks_others = True
            return
        if path.endswith(".pyc"):
            path = _source_of(path)
        self.paths.add(path)

    def write(self, name, printed):
        """To that file, one in a line behind the length of what was printed, or nothing."""
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                self._add(file)
        for path in list(sys.path) + list(sys.path_importer_cache) + [sys.executable]:
            if isinstance(path, str) and path:
                self._add(path)
        self._add(os.path.join(sys.prefix, "pyvenv.cfg"))
        paths = self.paths.copy()  # a thread of the project's may still read
        if self.asks_others or any("\n" in path for path in paths):
            return
        try:
            with open(name, "wb") as file:
                file.write(b"%d\n" % len(printed.rstrip(b"\r\n")))
                file.writelines(os.fsencode(path) + b"\n" for path in sorted(paths))
        except OSError:
            os.truncate(name, 0)  # half of them would be worse than none


def _source_of(path):
    """Compiled code goes by its source, and may come and go itself."""
    try:
        return importlib.util.source_from_cache(path)
    except ValueError:
        return path


def start():
    """Nothing where nobody wants to know, or where Python can't tell (before 3.8)."""
    if not os.environ.get(VARIABLE) or not hasattr(sys, "addaudithook"):
        return None
    dependencies = Dependencies()
    dependencies.watch()
    return dependencies
