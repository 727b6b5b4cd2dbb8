"""a line of its own

Revision ID: e1
Revises:
Create Date: 2024-01-10 10:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "e1"
down_revision = None
branch_labels = ("audit",)
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA audit")
    op.create_table("entry", sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
                    sa.Column("text", sa.Text, comment="what was done"), schema="audit")


def downgrade():
    op.drop_table("entry", schema="audit")
    op.execute("DROP SCHEMA audit")
