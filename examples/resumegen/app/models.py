"""The tables as the application sees them.

Nothing here creates a table: whimbrel does, from ../migrations. What the models say
and what the migrations build is the same on PostgreSQL and on SQLite.
"""

import enum
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# The names PostgreSQL would choose by itself, said aloud so that SQLite has them too.
NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
}

Key = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
]
Ref = Annotated[int, mapped_column(BigInteger)]
Timestamp = Annotated[
    datetime,
    mapped_column(DateTime(timezone=True), server_default=text("CURRENT_TIMESTAMP")),
]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
    }


class User(Base):
    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254))
    first_name: Mapped[str] = mapped_column(String(200), server_default="")
    last_name: Mapped[str] = mapped_column(String(200), server_default="")
    is_active: Mapped[bool] = mapped_column(server_default=text("TRUE"))
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]  # a trigger keeps it

    profile: Mapped["Profile | None"] = relationship(back_populates="user", passive_deletes=True)
    resumes: Mapped[list["Resume"]] = relationship(
        back_populates="user", order_by="Resume.id", passive_deletes=True
    )

    __table_args__ = (
        Index("users_lower_email_idx", text("lower(email)"), unique=True),
        {"sqlite_autoincrement": True},
    )


class Profile(Base):
    """How to reach a user, and how they introduce themselves: at most one each."""

    __tablename__ = "profiles"

    user_id: Mapped[Ref] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    headline: Mapped[str] = mapped_column(String(120), server_default="")
    phone: Mapped[str | None] = mapped_column(String(32))
    location: Mapped[str | None] = mapped_column(String(120))
    website: Mapped[str | None] = mapped_column(String(2000))
    about: Mapped[str] = mapped_column(Text, server_default="")

    user: Mapped[User] = relationship(back_populates="profile")


class WorkExperience(Base):
    __tablename__ = "work_experiences"

    id: Mapped[Key]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    company: Mapped[str] = mapped_column(String(160))
    job_title: Mapped[str] = mapped_column(String(160))
    location: Mapped[str | None] = mapped_column(String(120))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    description: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        CheckConstraint("ended_on >= started_on", name="dates"),
        {"sqlite_autoincrement": True},
    )


class Education(Base):
    __tablename__ = "educations"

    id: Mapped[Key]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    institution: Mapped[str] = mapped_column(String(160))
    degree: Mapped[str] = mapped_column(String(120))
    field: Mapped[str | None] = mapped_column(String(120))
    start_year: Mapped[int] = mapped_column(SmallInteger)
    end_year: Mapped[int | None] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("end_year >= start_year", name="years"),
        {"sqlite_autoincrement": True},
    )


class Template(Base):
    """A page design. The migrations bring the first three; a price of 0 is free to all."""

    __tablename__ = "templates"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    price_cents: Mapped[int] = mapped_column(server_default=text("0"))
    is_offered: Mapped[bool] = mapped_column(server_default=text("TRUE"))

    __table_args__ = (CheckConstraint("price_cents >= 0", name="price_cents"),)


class Resume(Base):
    __tablename__ = "resumes"

    id: Mapped[Key]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[str] = mapped_column(String(20), server_default="draft")
    template_code: Mapped[str | None] = mapped_column(
        ForeignKey("templates.code", ondelete="SET NULL")
    )
    settings: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    language: Mapped[str] = mapped_column(String(8), server_default="en")
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]  # a trigger keeps it

    user: Mapped[User] = relationship(back_populates="resumes")
    skills: Mapped[list["ResumeSkill"]] = relationship(
        order_by="ResumeSkill.position", cascade="all, delete-orphan", passive_deletes=True
    )
    sections: Mapped[list["ResumeSection"]] = relationship(
        order_by="ResumeSection.position", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'archived')", name="status"),
        {"sqlite_autoincrement": True},
    )


class ResumeSection(Base):
    __tablename__ = "resume_sections"

    id: Mapped[Key]
    resume_id: Mapped[Ref] = mapped_column(ForeignKey("resumes.id", ondelete="CASCADE"))
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        UniqueConstraint("resume_id", "position"),
        CheckConstraint("position >= 0", name="position"),
        {"sqlite_autoincrement": True},
    )


class Skill(Base):
    """One row per skill, however people capitalise it."""

    __tablename__ = "skills"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index("skills_lower_name_idx", text("lower(name)"), unique=True),
        {"sqlite_autoincrement": True},
    )


class ResumeSkill(Base):
    __tablename__ = "resume_skills"

    resume_id: Mapped[Ref] = mapped_column(
        ForeignKey("resumes.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[Ref] = mapped_column(
        ForeignKey("skills.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("3"))
    position: Mapped[int] = mapped_column(server_default=text("0"))

    skill: Mapped[Skill] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[Key]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str | None] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(Text, server_default="")
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("ended_on >= started_on", name="dates"),
        {"sqlite_autoincrement": True},
    )


class ResumeProject(Base):
    __tablename__ = "resume_projects"

    resume_id: Mapped[Ref] = mapped_column(
        ForeignKey("resumes.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[Ref] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(server_default=text("0"))


class PaymentStatus(enum.Enum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class Payment(Base):
    """What a user paid. Once settled, the amount is fixed: a trigger sees to it."""

    __tablename__ = "payments"

    id: Mapped[Key]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    provider: Mapped[str] = mapped_column(String(30))
    provider_ref: Mapped[str] = mapped_column(String(120))
    amount_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), server_default="EUR")
    status: Mapped[PaymentStatus] = mapped_column(
        Enum(
            PaymentStatus,
            name="payment_status",
            values_callable=lambda members: [member.value for member in members],
            create_constraint=True,
        ),
        server_default="pending",
    )
    created_at: Mapped[Timestamp]
    paid_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("provider", "provider_ref"),
        CheckConstraint("amount_cents > 0", name="amount_cents"),
        Index("payments_user_id_created_at_idx", "user_id", "created_at"),
        Index(
            "payments_pending_idx",
            "created_at",
            postgresql_where=text("status = 'pending'"),
            sqlite_where=text("status = 'pending'"),
        ),
        {"sqlite_autoincrement": True},
    )


class TemplatePurchase(Base):
    __tablename__ = "template_purchases"

    user_id: Mapped[Ref] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    template_code: Mapped[str] = mapped_column(ForeignKey("templates.code"), primary_key=True)
    payment_id: Mapped[Ref] = mapped_column(ForeignKey("payments.id"), unique=True)
    purchased_at: Mapped[Timestamp]


class ShareLink(Base):
    """A secret address under which one resume can be read without an account."""

    __tablename__ = "share_links"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    resume_id: Mapped[Ref] = mapped_column(ForeignKey("resumes.id", ondelete="CASCADE"), index=True)
    views: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[Timestamp]
    expires_at: Mapped[datetime | None]
