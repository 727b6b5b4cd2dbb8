"""a view

Revision ID: n5
"""
from alembic import op

revision = "n5"
down_revision = "n4"


def upgrade():
    op.execute("CREATE VIEW open_note AS SELECT id, text FROM note WHERE NOT done")


def downgrade():
    op.execute("DROP VIEW open_note")
