"""an index that is built while others write"""
from alembic import op

revision = "x2"
down_revision = "x1"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("users_name", "users", ["name"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("users_name", postgresql_concurrently=True)
