"""The commands we are used to, handed over to whimbrel.

python migrate.py status | upgrade | history | create "message" | downgrade REVISION
"""

import os
import sys


def whimbrel(*arguments: str) -> None:
    """Become whimbrel; come back only if it isn't there."""
    try:
        os.execvp("whimbrel", ["whimbrel", *arguments])
    except FileNotFoundError:
        print("whimbrel is not installed, or not on the PATH", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    whimbrel(*sys.argv[1:])
