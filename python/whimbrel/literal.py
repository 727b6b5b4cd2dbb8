"""Statements with their parameters in them, as they would be typed."""

import datetime
import decimal
import enum
import json
import math
import re
import uuid


class CannotRender(Exception):
    pass


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Literals:
    """SQL literals of Python values, for "postgresql" or "sqlite"."""

    def __init__(self, dialect):
        self.postgresql = dialect == "postgresql"

    def render(self, value, cursor=None):
        """`cursor`: of the driver, which knows types of its own."""
        simple = self._simple(value)
        if simple is not None:
            return simple
        if isinstance(value, (list, tuple)) and self.postgresql:
            return self._sequence(value, cursor)
        if isinstance(value, dict):
            return quoted(json.dumps(value))
        return self._of_driver(value, cursor)

    def _simple(self, value):
        if value is None:
            return "NULL"
        if isinstance(value, enum.Enum):
            return self._simple(value.value)
        if isinstance(value, bool):
            return ("true" if value else "false") if self.postgresql else str(int(value))
        if isinstance(value, (int, float, decimal.Decimal)):
            return self._number(value)
        if isinstance(value, str):
            if "\0" in value:
                raise CannotRender("a text with a zero byte in it")
            return quoted(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value).hex()
            return "'\\x%s'::bytea" % data if self.postgresql else "X'%s'" % data
        return self._of_time(value)

    def _number(self, value):
        if isinstance(value, int):
            text = str(int(value))
        else:
            if not math.isfinite(value):
                return "'%s'::float8" % ("NaN" if math.isnan(value) else "%sInfinity" % ("-" if value < 0 else ""))
            text = repr(value) if isinstance(value, float) else format(value, "f")
        return "(%s)" % text if text.startswith("-") else text  # "a - -1" would begin a comment

    def _of_time(self, value):
        kind = None
        if isinstance(value, datetime.datetime):
            kind = "timestamptz" if value.tzinfo else "timestamp"
        elif isinstance(value, datetime.date):
            kind = "date"
        elif isinstance(value, datetime.time):
            kind = "timetz" if value.tzinfo else "time"
        elif isinstance(value, datetime.timedelta):
            kind, value = "interval", "%d days %d.%06d seconds" % (value.days, value.seconds, value.microseconds)
        elif isinstance(value, uuid.UUID):
            kind = "uuid"
        if kind is None:
            return None
        return quoted(str(value)) + ("::" + kind if self.postgresql else "")

    def _sequence(self, value, cursor):
        if not value:
            return "'{}'"
        items = ", ".join(self.render(item, cursor) for item in value)
        return "(%s)" % items if isinstance(value, tuple) else "ARRAY[%s]" % items

    def _of_driver(self, value, cursor):
        """Types that only the driver knows: psycopg2's Json and ranges, psycopg's Jsonb, ..."""
        inner = getattr(value, "obj", getattr(value, "adapted", None))  # psycopg's Json, psycopg2's Json
        if isinstance(inner, (dict, list)):
            return quoted(json.dumps(inner)) + ("::jsonb" if type(value).__name__ == "Jsonb" else "")
        try:
            if hasattr(cursor, "mogrify"):
                return cursor.mogrify("%s", (value,)).decode("utf-8")
            if type(cursor).__module__.startswith("psycopg"):
                from psycopg import sql

                return sql.Literal(value).as_string(cursor)
        except Exception as error:
            raise CannotRender("a value of type %s (%s)" % (type(value).__name__, error)) from None
        if type(value).__module__ == "ipaddress" or hasattr(value, "__str__") and type(value).__str__ is not object.__str__:
            return quoted(str(value))
        raise CannotRender("a value of type %s" % type(value).__name__)


# Quoted text and comments, in which no mark of a parameter counts.
_QUIET = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?:[A-Za-z_]\w*)?\$.*?\$(?:[A-Za-z_]\w*)?\$|--[^\n]*|/\*.*?\*/"""
_MARKS = {
    "pyformat": r"%%|%\((?P<name>[^)]*)\)s|%s",
    "format": r"%%|%s",
    "qmark": _QUIET + r"|(?P<mark>\?)",
    "numeric": _QUIET + r"|:(?P<number>\d+)",
    "numeric_dollar": _QUIET + r"|\$(?P<number>\d+)",
    "named": _QUIET + r"|(?<!:):(?P<name>[A-Za-z_]\w*)",
}
_MARKS = {style: re.compile(mark, re.DOTALL) for style, mark in _MARKS.items()}


def bind(statement, parameters, paramstyle, literals, cursor=None):
    """The statement with one set of parameters (a tuple or a dict) put in, as the driver understands its marks."""
    position = 0

    def put(match):
        nonlocal position
        found = match.groupdict()
        if match[0] == "%%":
            return "%"
        if found.get("name") is not None:
            return literals.render(parameters[found["name"]], cursor)
        if found.get("number") is not None:
            return literals.render(parameters[int(found["number"]) - 1], cursor)
        if found.get("mark") or match[0] == "%s":
            position += 1
            return literals.render(parameters[position - 1], cursor)
        return match[0]

    return _MARKS[paramstyle].sub(put, statement)
