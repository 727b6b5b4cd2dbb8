"""SQLAlchemy 1.4 tables, without classes, for both engines."""

from sqlalchemy import (JSON, Boolean, CheckConstraint, Column, Computed, Date, Enum, ForeignKey, Index, Integer, MetaData,
                        String, Table, text)

metadata = MetaData()
notes = Table(
    "notes", metadata, Column("id", Integer, primary_key=True), Column("title", String, server_default="it's 5% \\"),
    Column("mood", Enum("good", "it's bad", name="mood", create_constraint=True)), Column("data", JSON),
    Column("open", Boolean, server_default=text("true")), Column("day", Date, index=True),
    Column("twice", Integer, Computed("id * 2", persisted=True)), CheckConstraint("title <> '%'"), sqlite_autoincrement=True)
links = Table("links", metadata, Column("a", ForeignKey(notes.c.id)), Column("b", ForeignKey("notes.id", ondelete="CASCADE")))
Index("ix_open", notes.c.title, sqlite_where=notes.c.title.in_(["a%", "b'"]), postgresql_where=notes.c.title.in_(["a%", "b'"]))
