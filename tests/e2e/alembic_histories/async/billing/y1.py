"""bills"""
import datetime

import sqlalchemy as sa
from alembic import op

revision = "y1"
down_revision = None
depends_on = "core"
branch_labels = ("billing",)


def upgrade():
    table = op.create_table("bill", sa.Column("id", sa.BigInteger, primary_key=True),
                            sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id")),
                            sa.Column("due", sa.Date), sa.Column("paid", sa.Boolean))
    op.bulk_insert(table, [{"id": 1, "user_id": 1, "due": datetime.date(2024, 2, 29), "paid": False},
                           {"id": 2, "user_id": None, "due": None, "paid": None}])


def downgrade():
    op.drop_table("bill")
