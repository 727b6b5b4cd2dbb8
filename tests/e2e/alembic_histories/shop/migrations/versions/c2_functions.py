"""a function, a trigger, a view; needs the other branch

Revision ID: c2
Revises: c1
Create Date: 2024-01-07 10:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "c2"
down_revision = "c1"
branch_labels = None
depends_on = "b1"


def upgrade():
    op.execute("""
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.made := now(); -- it's always now; 100%
            RETURN NEW;
        END
        $$
    """)
    op.execute("CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()")
    op.execute("CREATE VIEW active AS SELECT id, name FROM users WHERE state = 'active' -- the others are not")
    bind = op.get_bind()
    try:
        with bind.begin_nested():
            op.execute("CREATE TABLE never (id integer)")
            op.execute("CREATE TABLE users (id integer)")
    except sa.exc.ProgrammingError:
        pass


def downgrade():
    op.execute("DROP VIEW active")
    op.execute("DROP TRIGGER users_touch ON users; DROP FUNCTION touch()")
