"""Where the database is, and how the application talks to it.

whimbrel asks this module for the URL (see whimbrel.ini), so there is one answer
to "which database?" for the application and for its migrations.
"""

import importlib.util
import os
from collections.abc import Iterator

from dotenv import load_dotenv
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session, sessionmaker


def with_driver(url: str) -> str:
    """Name the PostgreSQL driver that is installed, unless the URL names one already."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("postgres", "postgresql"):
        return url
    driver = "psycopg" if importlib.util.find_spec("psycopg") else "psycopg2"
    return f"postgresql+{driver}{separator}{rest}"


load_dotenv(".env")  # as whimbrel does: what is in the environment already wins
SQLALCHEMY_DATABASE_URL = with_driver(os.environ.get("DATABASE_URL") or "sqlite:///resumegen.db")

engine = create_engine(SQLALCHEMY_DATABASE_URL, pool_pre_ping=True)
SessionLocal = sessionmaker(engine, expire_on_commit=False)


if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def _configure(connection, _record) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:
        # At once for writing: a reader that turns into a writer can't wait for its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def get_session() -> Iterator[Session]:
    """One transaction per request: committed if the endpoint returns, rolled back if it raises."""
    with SessionLocal.begin() as session:
        yield session
