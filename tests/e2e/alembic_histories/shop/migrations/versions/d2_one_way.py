"""no way back

Revision ID: d2
Revises: d1
Create Date: 2024-01-09 10:00:00

"""
from alembic import op

revision = "d2"
down_revision = "d1"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE orders ALTER COLUMN kind TYPE text")


def downgrade():
    op.execute("ALTER TABLE users RENAME COLUMN note TO remark")
    raise NotImplementedError("the long names would not fit")
