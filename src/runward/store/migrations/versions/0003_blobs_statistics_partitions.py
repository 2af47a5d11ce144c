"""Blobs and what refers to them, statistics of what was archived, and a partition for each month."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from runward.store.partitions import ensure_partitions, remove_partitions
from runward.store.tables.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and name blobs in executions."""
    _create_blobs()
    _create_statistics()
    op.add_column("executions", sa.Column("stdout_blob", sa.Text))
    op.add_column("executions", sa.Column("stderr_blob", sa.Text))
    if op.get_context().dialect.name == "postgresql":
        ensure_partitions(op.get_bind(), datetime.now(UTC))


def downgrade() -> None:
    """Drop them; all executions come to lie in one partition again."""
    if op.get_context().dialect.name == "postgresql":
        remove_partitions(op.get_bind())
    op.drop_column("executions", "stderr_blob")
    op.drop_column("executions", "stdout_blob")
    for table in ("execution_statistics", "uploads", "blob_references"):
        op.drop_table(table)


def _create_blobs() -> None:
    op.create_table(
        "blob_references",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("holder_id", sa.Uuid, primary_key=True),
    )
    op.create_index("ix_blob_references_holder_id", "blob_references", ["holder_id"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_uploads_owner_id", "uploads", ["owner_id", "id"])


def _create_statistics() -> None:
    op.create_table(
        "execution_statistics",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("outcome", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Uuid, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("execution_time_ms_total", sa.Double, nullable=False),
        sa.Column("execution_time_ms_max", sa.Double, nullable=False),
        sa.Column("cpu_time_ms_total", sa.Double, nullable=False),
        sa.Column("cpu_time_ms_max", sa.Double, nullable=False),
        sa.Column("memory_peak_bytes_max", sa.BigInteger, nullable=False),
        sa.Column("up_to_10_ms", sa.BigInteger, nullable=False),
        sa.Column("up_to_100_ms", sa.BigInteger, nullable=False),
        sa.Column("up_to_1_s", sa.BigInteger, nullable=False),
        sa.Column("up_to_10_s", sa.BigInteger, nullable=False),
        sa.Column("over_10_s", sa.BigInteger, nullable=False),
    )
