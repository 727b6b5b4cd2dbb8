"""notes

Revision ID: n1
Create Date: 2023-05-17 10:11:12.131415
"""
import sqlalchemy as sa
from alembic import op

revision = "n1"
down_revision = None


def upgrade():
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, sa.CheckConstraint("length(text) < 1000", name="short")),
        sa.Column("author", sa.String(40), server_default="it's ?"),
    )
    op.create_index("note_author", "note", ["author"])


def downgrade():
    op.drop_table("note")
