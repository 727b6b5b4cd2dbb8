"""
How the bridge talks to the program that started it: messages on a file descriptor of their own, so that whatever the
project prints does no harm.

A message is a list of fields, ended by an empty line. A field is a line "NAME LENGTH", that many bytes of UTF-8, and a
line end. The first field of a message is its `type`; the same name may come again (`revises`, `note`).

    hello       python, alembic, sqlalchemy, total
    progress    revision, path, text, number: sent before anything that may take long, fail or hang
    settings    version_table, version_table_schema, search_path, message: what env.py says
    revision    id, path, message, created, revises*, depends_on*, label*, up, down, up_transaction, down_transaction
                ("false"), irreversible ("true"), baseline ("true"), note* ("KIND: TEXT")
    error       message, detail, hint, file, line, revision
    done
"""

import os


class Channel:
    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._file = os.fdopen(descriptor, "wb")

    def send(self, kind, fields=()):
        """`fields`: pairs; one whose value is None is left out."""
        parts = []
        for name, value in [("type", kind)] + list(fields):
            if value is not None:
                data = str(value).encode("utf-8", "replace")
                parts.append(b"%s %d\n%s\n" % (name.encode("ascii"), len(data), data))
        self._file.write(b"".join(parts) + b"\n")
        self._file.flush()


class Failure(Exception):
    """What ends the import, in words for the person who started it."""

    def __init__(self, message, detail=None, hint=None, file=None, line=None, revision=None):
        super().__init__(message)
        self.fields = [("message", message), ("detail", detail), ("hint", hint), ("file", file), ("line", line),
                       ("revision", revision)]
