"""
What whimbrel has in Python, run in a project's own interpreter: the bridge to its Alembic (whimbrel.alembic), and what
prints the DDL of its models (whimbrel.sqlalchemy, whimbrel.django).
"""
