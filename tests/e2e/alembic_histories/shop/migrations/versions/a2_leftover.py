"""orders, whose type stays behind

Revision ID: a2
Revises: a1
Create Date: 2024-01-03 10:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "a2"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("kind", sa.Enum("card", "bill", name="order_kind")),
    )


def downgrade():
    op.drop_table("orders")
