"""rows, with parameters of many types

Revision ID: b2
Revises: b1
Create Date: 2024-01-05 10:00:00

"""
import datetime
import decimal
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b2"
down_revision = "b1"
branch_labels = None
depends_on = None


def upgrade():
    table = op.create_table(
        "setting",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("number", sa.Numeric(10, 2)),
        sa.Column("ratio", sa.Float),
        sa.Column("yes", sa.Boolean),
        sa.Column("day", sa.Date),
        sa.Column("moment", sa.DateTime),
        sa.Column("place", postgresql.UUID(as_uuid=True)),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("words", postgresql.ARRAY(sa.Text)),
        sa.Column("more", postgresql.JSONB),
    )
    op.bulk_insert(table, [
        {"key": "it's 100%", "number": decimal.Decimal("-12.50"), "ratio": -0.5, "yes": True,
         "day": datetime.date(2024, 1, 5), "moment": datetime.datetime(2024, 1, 5, 6, 7, 8, 9), "raw": b"\x00\xff'",
         "place": uuid.UUID(int=7), "words": ["a", "b'c", 'd"e'], "more": {"a": [1, None, "it's"], "%": ":x"}},
        {"key": "empty", "number": None, "ratio": None, "yes": False, "day": None, "moment": None, "raw": None,
         "place": None, "words": [], "more": None},
    ])
    op.get_bind().execute(sa.text("UPDATE setting SET number = :n - 1 WHERE key LIKE :k"), {"n": -3, "k": "it%"})
    op.execute(sa.text("INSERT INTO users (name, state) VALUES (:name, 'new')").bindparams(name="o'neill \\ 50%"))
    for row in op.get_bind().execute(sa.text("SELECT id, name FROM users WHERE state = 'new'")).fetchall():
        op.get_bind().execute(sa.text("UPDATE users SET name = :name WHERE id = :id"),
                              {"name": row[1].upper(), "id": row[0]})
    op.execute("SELECT setval('users_id_seq', 500)")


def downgrade():
    op.execute("DELETE FROM users")
    op.drop_table("setting")
