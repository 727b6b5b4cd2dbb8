"""a table made anew

Revision ID: n2
"""
import sqlalchemy as sa
from alembic import op

revision = "n2"
down_revision = "n1"


def upgrade():
    op.bulk_insert(sa.table("note", sa.column("text"), sa.column("author")), [
        {"text": "what? it's 100%", "author": "a"}, {"text": None, "author": "b:c"}])
    with op.batch_alter_table("note") as batch:
        batch.alter_column("author", existing_type=sa.String(40), type_=sa.String(80), nullable=False)
        batch.add_column(sa.Column("done", sa.Boolean, server_default=sa.false()))


def downgrade():
    with op.batch_alter_table("note") as batch:
        batch.drop_column("done")
        batch.alter_column("author", existing_type=sa.String(80), type_=sa.String(40), nullable=True)
    op.execute("DELETE FROM note")
