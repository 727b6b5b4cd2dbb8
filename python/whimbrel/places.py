"""Which line of the project's own code something comes from."""

import functools
import os
import sys
import sysconfig
import traceback

_OWN = os.path.dirname(os.path.abspath(__file__))
_LIBRARIES = tuple({os.path.realpath(sysconfig.get_paths()[name]) + os.sep for name in ("stdlib", "platstdlib")})


@functools.lru_cache(maxsize=None)  # it is asked of every frame, of every table
def _is_of_project(filename):
    if filename.startswith("<"):
        return False
    path = os.path.realpath(filename)
    return not (path.startswith(_OWN + os.sep) or path.startswith(_LIBRARIES) or "site-packages" in path
                or "dist-packages" in path)


def place_of(error):
    """(file, line) of the last frame of an error that is in the project, or (None, None)."""
    if isinstance(error, SyntaxError) and error.filename:
        return os.path.relpath(error.filename), error.lineno
    found = (None, None)
    for frame, line in traceback.walk_tb(error.__traceback__):
        if _is_of_project(frame.f_code.co_filename):
            found = (os.path.relpath(frame.f_code.co_filename), line)
    return found


def place_of_caller():
    """(file, line) of the project's code that has called us, through whatever library, or (None, None)."""
    frame = sys._getframe(1)
    while frame is not None:
        if _is_of_project(frame.f_code.co_filename):
            return os.path.relpath(frame.f_code.co_filename), frame.f_lineno
        frame = frame.f_back
    return None, None
