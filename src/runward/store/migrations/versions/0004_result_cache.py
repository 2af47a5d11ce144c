"""The key under which an execution's answer serves equal ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key and its index."""
    op.add_column("executions", sa.Column("cache_key", sa.Text))
    kept = sa.text("cache_key IS NOT NULL")
    op.create_index(
        "ix_executions_cache_key", "executions", ["cache_key", "id"], postgresql_where=kept, sqlite_where=kept
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_executions_cache_key", "executions")
    op.drop_column("executions", "cache_key")
