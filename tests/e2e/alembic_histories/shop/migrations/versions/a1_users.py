"""users, with a type

Revision ID: a1
Revises:
Create Date: 2024-01-02 10:11:12.131415

"""
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None
branch_labels = ("main",)
depends_on = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, server_default="100% new; it's"),
        sa.Column("state", sa.Enum("new", "active", name="user_state"), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.now()),
    )
    op.create_index("users_name", "users", ["name"])


def downgrade():
    op.drop_table("users")
    op.execute("DROP TYPE user_state")
