"""What whimbrel has in Python: the bridge to a project's own Alembic (whimbrel.alembic)."""
