"""a column only where it is missing

Revision ID: n3
"""
import sqlalchemy as sa
from alembic import op

revision = "n3"
down_revision = "n2"


def upgrade():
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("note")]
    if "made" not in columns:
        op.add_column("note", sa.Column("made", sa.DateTime))
    op.get_bind().execute(sa.text("UPDATE note SET made = :at WHERE text LIKE '%?%'"), {"at": "2024-01-01"})


def downgrade():
    with op.batch_alter_table("note") as batch:
        batch.drop_column("made")
