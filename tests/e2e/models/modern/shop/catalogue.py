import decimal
import enum

from sqlalchemy import (DDL, CheckConstraint, Column, Computed, Enum, FetchedValue, ForeignKey, Identity, Index, Integer,
                        Numeric, Sequence, String, Table, UniqueConstraint, event, func, literal_column, text)
from sqlalchemy.dialects.postgresql import (ARRAY, CITEXT, DOMAIN, ENUM, INT4RANGE, INTERVAL, JSONB, TSTZRANGE, TSVECTOR, UUID,
                                            ExcludeConstraint)
from sqlalchemy.orm import Mapped, mapped_column

from shop.base import Base

event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS citext"))
event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS btree_gist;"))
event.listen(Base.metadata, "before_create", DDL("CREATE SCHEMA made_by_hand"))


class Colour(enum.Enum):
    RED = "red"
    IT_S = "it's"
    PERCENT = "100%"


shared = Enum(Colour, name="colour", values_callable=lambda members: [member.value for member in members])
elsewhere = ENUM("a", "b\\c", name="Kind of thing", schema="stock", metadata=Base.metadata)
numbers = Sequence("numbers", start=100, increment=5, minvalue=10, maxvalue=10**9, cycle=True, cache=7, metadata=Base.metadata)
Sequence("in the schema", schema="stock", metadata=Base.metadata)
price = DOMAIN("price", Numeric(10, 2), check="VALUE >= 0", not_null=True, default="0")


class Product(Base):
    """A product's "quoted" docstring."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(Identity(always=True, start=10, increment=2), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, numbers, server_default=numbers.next_value())
    name: Mapped[str] = mapped_column(String(50, collation="C"), comment="it's a \\ \"name\", 100% — 🐦\nin two lines")
    code: Mapped[str] = mapped_column(CITEXT, server_default="50% off; it's \\n :x %(y)s -- no comment")
    colour: Mapped[Colour] = mapped_column(shared, server_default="it's", index=True)
    colours: Mapped[list] = mapped_column(ARRAY(shared), server_default=text("'{}'::colour[]"))
    kind: Mapped[str | None] = mapped_column(elsewhere)
    price: Mapped[decimal.Decimal] = mapped_column(price)
    gross: Mapped[decimal.Decimal] = mapped_column(Numeric, Computed("price * 1.19", persisted=True))
    words: Mapped[str] = mapped_column(TSVECTOR, Computed("to_tsvector('english', name || ' %')", persisted=True))
    data: Mapped[dict] = mapped_column(JSONB, server_default=text("'{\"a\\:b\": 1}'::jsonb"))
    uid: Mapped[str] = mapped_column(UUID, server_default=func.gen_random_uuid(), unique=True)
    lasts: Mapped[str | None] = mapped_column(INTERVAL(precision=3, fields="DAY TO SECOND"), FetchedValue())
    size: Mapped[int | None] = mapped_column(info={"any": 1}, sort_order=-1)

    __table_args__ = (
        CheckConstraint("size % 2 = 0 AND name NOT LIKE '100%'", name="even"),
        UniqueConstraint("name", "code", deferrable=True, initially="DEFERRED"),
        Index(None, "name", "number", unique=True, postgresql_include=["size"], postgresql_where=text("name <> 'it''s %'")),
        Index("by lower name", func.lower(literal_column("name")).desc().nulls_last(), postgresql_using="btree"),
        Index("ix_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_pattern", "name", postgresql_ops={"name": "varchar_pattern_ops"}, postgresql_tablespace="pg_default"),
        Index("ix_data", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}, postgresql_concurrently=True),
        {"comment": "Products, the shop's \"own\"; 5% of them aren't", "postgresql_with": {"fillfactor": 70}},
    )


Index("ix_late", Product.size, Product.number.desc(), postgresql_where=Product.name.in_(["a%", "it's", "b\\"]))
Index("ix_nulls", Product.size, unique=True, postgresql_nulls_not_distinct=True)


class Shelf(Base):
    __tablename__ = "shelf"
    __table_args__ = (
        ExcludeConstraint(("room", "="), ("during", "&&"), name="no_overlap", using="gist", where=text("room > 0"),
                          ops={"room": "gist_int4_ops"}),
        {"schema": "stock", "prefixes": ["UNLOGGED"]},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[int]
    during: Mapped[str] = mapped_column(TSTZRANGE)
    places: Mapped[str | None] = mapped_column(INT4RANGE)
    colour: Mapped[Colour | None] = mapped_column(shared)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id", ondelete="SET NULL", onupdate="CASCADE",
                                                              deferrable=True, initially="DEFERRED"))


# Two that need each other, and one that needs itself.
left = Table("left_hand", Base.metadata, Column("id", Integer, primary_key=True),
             Column("right_id", ForeignKey("right_hand.id", use_alter=True, name="fk_to_the_right", match="FULL")))
right = Table("right_hand", Base.metadata, Column("id", Integer, primary_key=True),
              Column("left_id", ForeignKey("left_hand.id"), nullable=False),
              Column("other_id", ForeignKey("right_hand.id")))
