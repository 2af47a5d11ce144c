"""Sessions, their versions, and executions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from runward.store.tables.base import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _create_sessions()
    _create_executions()
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("idempotency_keys", "executions", "session_versions", "code_sessions"):
        op.drop_table(table)


def _create_sessions() -> None:
    op.create_table(
        "code_sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("source_code", sa.Text, nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("entry", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("last_version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_code_sessions_owner_id", "code_sessions", ["owner_id", "id"])
    op.create_table(
        "session_versions",
        sa.Column(
            "session_id",
            sa.Uuid,
            sa.ForeignKey("code_sessions.id", ondelete="CASCADE", name="fk_session_versions_session_id"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("source_code", sa.Text, nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("entry", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )


def _create_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "session_id",
            sa.Uuid,
            sa.ForeignKey("code_sessions.id", ondelete="CASCADE", name="fk_executions_session_id"),
        ),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("request", Json, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("key_limit", sa.Integer),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("run_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("worker", sa.Text),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("losses", sa.Integer, nullable=False),
        sa.Column("cancel_reason", sa.Text),
        *_endings(),
        postgresql_partition_by="RANGE (id)",
    )
    if op.get_context().dialect.name == "postgresql":
        # What no month's partition takes; a table without any could take nothing.
        op.execute("CREATE TABLE executions_rest PARTITION OF executions DEFAULT")
    op.create_index("ix_executions_session_id", "executions", ["session_id", "id"])
    op.create_index("ix_executions_owner_id", "executions", ["owner_id", "id"])
    _create_partial_index("ix_executions_queue", [sa.text("priority DESC"), "turn", "id"], "status = 'QUEUED'")
    _create_partial_index("ix_executions_key", ["key", "turn"], "status IN ('QUEUED', 'RUNNING')")
    _create_partial_index("ix_executions_lease", ["lease_until"], "status = 'RUNNING'")


def _endings() -> list[sa.Column[Any]]:
    return [
        sa.Column("queued_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("outcome", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("exit_code", sa.Integer),
        sa.Column("signal", sa.Integer),
        sa.Column("execution_time_ms", sa.Double),
        sa.Column("cpu_time_ms", sa.Double),
        sa.Column("memory_peak_bytes", sa.BigInteger),
        sa.Column("stdout", sa.LargeBinary),
        sa.Column("stderr", sa.LargeBinary),
        sa.Column("stdout_truncated", sa.Boolean),
        sa.Column("stderr_truncated", sa.Boolean),
        sa.Column("compile", Json),
        sa.Column("artifacts", Json),
        sa.Column("language_version", sa.Text),
        sa.Column("cached", sa.Boolean),
    ]


def _create_partial_index(name: str, columns: list[str | sa.TextClause], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "executions", columns, postgresql_where=where, sqlite_where=where)
