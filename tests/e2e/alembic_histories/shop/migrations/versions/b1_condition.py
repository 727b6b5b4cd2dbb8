"""an index only if it is not there, a column only if the table is

Revision ID: b1
Revises: a2
Create Date: 2024-01-04 10:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a2"
branch_labels = None
depends_on = None


def upgrade():
    inspector = sa.inspect(op.get_bind())
    if "orders_user" not in [index["name"] for index in inspector.get_indexes("orders")]:
        op.create_index("orders_user", "orders", ["user_id"])
    if inspector.has_table("nowhere"):
        op.add_column("nowhere", sa.Column("more", sa.Integer))


def downgrade():
    op.drop_index("orders_user")
