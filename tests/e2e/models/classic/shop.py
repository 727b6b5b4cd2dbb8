"""SQLAlchemy 1.4 models for PostgreSQL, as they were written then."""

import enum

from sqlalchemy import (DDL, Boolean, CheckConstraint, Column, Computed, Enum, ForeignKey, Identity, Index, Integer, MetaData,
                        Numeric, Sequence, String, Table, UniqueConstraint, event, func, text)
from sqlalchemy.dialects.postgresql import ARRAY, ENUM, JSONB, TSRANGE, UUID, ExcludeConstraint
from sqlalchemy.orm import declarative_base, declared_attr, relationship

print("Loading the models")
Base = declarative_base(metadata=MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(column_0_label)s"}))
event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS btree_gist"))


class State(enum.Enum):
    new = "new"
    done = "it's done"


class Mixin:
    id = Column(Integer, Identity(), primary_key=True)

    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()


class Person(Mixin, Base):
    kind = Column(String(10), nullable=False, server_default="person")
    state = Column(Enum(State), nullable=False, index=True)
    other = Column(ENUM("a", "100%", name="Other", schema="people"))
    states = Column(ARRAY(Enum(State)), server_default="{}")
    data = Column(JSONB(none_as_null=True), server_default=text("'{\"a\": 1}'"), comment="a \\ and 5% it's")
    uid = Column(UUID(as_uuid=True), server_default=text("gen_random_uuid()"))
    is_in = Column(Boolean(create_constraint=True, name="yes_or_no"))
    sum = Column(Numeric(5, 1), Computed("id * 2.5"))
    boss_id = Column(ForeignKey("person.id", name="fk_boss"))
    team_id = Column(Integer, ForeignKey("team.id", use_alter=True, name="fk_team"))
    team = relationship("Team", foreign_keys=[team_id])
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}
    __table_args__ = (
        UniqueConstraint("kind", "uid"), CheckConstraint("kind ~ '^[a-z%]+$'"),
        Index("ix_part", "kind", "state", unique=True, postgresql_where=text("kind <> 'a%'"), postgresql_include=["uid"]),
        Index("ix_data", "data", postgresql_using="gin", postgresql_concurrently=True),
    )


class Chief(Person):
    __tablename__ = None
    rank = Column(Integer, Sequence("ranks", start=5))


class Team(Mixin, Base):
    __table_args__ = {"schema": None, "comment": "it's the team"}
    lead_id = Column(Integer, ForeignKey("person.id", ondelete="CASCADE"))


Table("booking", Base.metadata, Column("room", Integer), Column("during", TSRANGE),
      ExcludeConstraint(("room", "="), ("during", "&&"), using="gist"), schema="Rooms")
Index("ix_lower", func.lower(Person.kind))
event.listen(Team.__table__, "after_create", DDL("CREATE VIEW teams AS SELECT id FROM %(fullname)s WHERE id %% 2 = 0"))


@event.listens_for(Base.metadata, "after_create")
def views(target, bind, **more):
    bind.execute("CREATE VIEW people AS SELECT id FROM person WHERE kind LIKE 'a%%'")
    bind.execute(text("COMMENT ON VIEW people IS :words"), {"words": "it's 5% \\ of all"})
