"""SQLAlchemy 2 models that serve both engines."""

import datetime
import enum

from sqlalchemy import (DDL, JSON, BigInteger, CheckConstraint, Computed, DateTime, Enum, ForeignKey, Index, Integer,
                        LargeBinary, Numeric, String, Text, UniqueConstraint, event, false, func, text, true)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Mood(enum.Enum):
    good = 1
    bad = 2


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    title: Mapped[str] = mapped_column(String(100, collation="NOCASE").with_variant(String(100), "postgresql"),
                                       server_default="it's 50% \\ off")
    body: Mapped[str] = mapped_column(Text, comment="what it's about; 100%")
    mood: Mapped[Mood] = mapped_column(Enum(Mood), server_default="good")
    plain: Mapped[Mood | None] = mapped_column(Enum(Mood, name="plain_mood", native_enum=False, create_constraint=True))
    data: Mapped[dict] = mapped_column(JSON().with_variant(JSONB, "postgresql"), server_default=text("'{}'"))
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)
    price: Mapped[float] = mapped_column(Numeric(8, 2), server_default=text("0.5"))
    twice: Mapped[float | None] = mapped_column(Numeric, Computed("price * 2", persisted=True))
    is_open: Mapped[bool] = mapped_column(server_default=true())
    is_old: Mapped[bool] = mapped_column(server_default=false())
    made: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("title", "made", name="uq_title", sqlite_on_conflict="IGNORE"),
        CheckConstraint("price >= 0 AND title NOT LIKE '%%'", name="price"),
        {"sqlite_autoincrement": True, "comment": "Notes; it's all of them"},
    )


Index("ix_open", Note.title, sqlite_where=Note.is_open == true(), postgresql_where=Note.is_open == true())
Index("ix_lower", func.lower(Note.title), unique=True)


class Tag(Base):
    __tablename__ = "tag's"
    __table_args__ = {"sqlite_with_rowid": False, "sqlite_strict": True}

    name: Mapped[str] = mapped_column("the \"name\"", Text, primary_key=True)
    note_id: Mapped[int] = mapped_column(Integer, index=True)


event.listen(Note.__table__, "after_create", DDL("CREATE VIEW open_notes AS SELECT id, title FROM %(table)s WHERE title LIKE '%%a'"))
event.listen(Note.__table__, "after_create", DDL("""
CREATE TRIGGER touched AFTER UPDATE ON notes BEGIN
    UPDATE notes SET made = CURRENT_TIMESTAMP WHERE id = NEW.id;
    DELETE FROM "tag's" WHERE note_id = OLD.id;
END""").execute_if(dialect="sqlite"))
