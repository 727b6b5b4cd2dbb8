"""merge

Revision ID: d1
Revises: b2, c2
Create Date: 2024-01-08 10:00:00

"""
revision = "d1"
down_revision = ("b2", "c2")
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
