"""users"""
import sqlalchemy as sa
from alembic import op

revision = "x1"
down_revision = None
branch_labels = ["core"]


def upgrade():
    op.create_table("users", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("name", sa.Text))
    op.execute(sa.text("INSERT INTO users VALUES (:id, :name)").bindparams(id=1, name="it's $1 and %"))


def downgrade():
    op.drop_table("users")
