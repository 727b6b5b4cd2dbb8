"""Nobody imports this one: tables that inherit, are partitioned, and what is hung on them by events."""

import datetime

from sqlalchemy import DDL, Column, Date, ForeignKeyConstraint, Integer, String, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.base import Base


class Order(Base):
    __tablename__ = "Order"
    __table_args__ = {"postgresql_partition_by": "RANGE (ordered)", "schema": "made_by_hand"}

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordered: Mapped[datetime.date] = mapped_column(primary_key=True)


event.listen(Order.__table__, "after_create", DDL(
    "CREATE TABLE made_by_hand.orders_2026 PARTITION OF %(fullname)s FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"))

child = Table("an_event", Base.metadata, Column("more", String(5), server_default=""), postgresql_inherits="event")
event_table = Table("event", Base.metadata, Column("id", Integer), Column("at", Date, server_default=text("CURRENT_DATE")))
child.add_is_dependent_on(event_table)
lines = Table("line", Base.metadata, Column("order_id", Integer), Column("ordered", Date),
              Column("50% of \"it\"", Integer), Column("select", Integer), Column("MixedCase", Integer),
              ForeignKeyConstraint(["order_id", "ordered"], ["made_by_hand.Order.id", "made_by_hand.Order.ordered"]))

FUNCTION = """
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
\tBEGIN  
\t\tIF NEW.id %% 2 = 0 THEN RAISE NOTICE 'is 50%%%% of; it'; END IF;
\t\tRETURN NEW;
\tEND
$body$
"""
event.listen(event_table, "after_create", DDL(FUNCTION))
event.listen(event_table, "after_create", DDL(
    "CREATE TRIGGER touch BEFORE INSERT ON %(table)s FOR EACH ROW EXECUTE FUNCTION touch(); -- done"))
event.listen(event_table, "after_create", DDL("SELECT broken FROM nowhere").execute_if(dialect="sqlite"))


@event.listens_for(Base.metadata, "after_create")
def make_views(target, connection, **more):
    connection.execute(text("CREATE VIEW big AS SELECT id, name FROM products WHERE name LIKE 'a\\:%b'"))
    connection.exec_driver_sql("CREATE MATERIALIZED VIEW even AS SELECT id FROM products WHERE id %% 2 = 0")


@event.listens_for(event_table, "after_create")
def first_rows(target, connection, **more):
    connection.execute(target.insert().values(id=1))
