"""fails half way down

Revision ID: n4
"""
import sqlalchemy as sa
from alembic import op

revision = "n4"
down_revision = "n3"


def upgrade():
    op.create_table("tag", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("tagged", sa.Column("note", sa.Integer, sa.ForeignKey("note.id")),
                    sa.Column("tag", sa.Integer, sa.ForeignKey("tag.id")))


def downgrade():
    op.drop_table("tagged")
    op.drop_table("tags")
