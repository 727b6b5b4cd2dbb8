"""statements that can't run in a transaction

Revision ID: c1
Revises: a1
Create Date: 2024-01-06 10:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "c1"
down_revision = "a1"
branch_labels = ("side",)
depends_on = None


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE user_state ADD VALUE 'gone'")
        op.create_index("users_made", "users", ["made"], postgresql_concurrently=True)
    op.add_column("users", sa.Column("note", sa.Text))


def downgrade():
    op.drop_column("users", "note")
    with op.get_context().autocommit_block():
        op.drop_index("users_made", postgresql_concurrently=True)
