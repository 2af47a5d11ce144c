"""Executions: the one durable record of a request to run a program, from its submission to its end."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from runward.store.tables.base import Json, UtcDateTime, metadata
from runward.store.tables.sessions import sessions

# On PostgreSQL partitioned by month, on the id: a UUID of version 7 begins with its time.
executions = Table(
    "executions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", Uuid, ForeignKey(sessions.c.id, ondelete="CASCADE")),
    Column("owner_id", Uuid),
    # What it is to do.
    Column("language", Text, nullable=False),
    Column("request", Json, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("traceparent", Text),
    # The queue: who is next, and whose turn it is.
    Column("status", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("key_limit", Integer),
    Column("turn", BigInteger, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    # The claim.
    Column("worker", Text),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("cancel_reason", Text),
    # Its times.
    Column("queued_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    # What came of it.
    Column("outcome", Text),
    Column("message", Text),
    Column("exit_code", Integer),
    Column("signal", Integer),
    Column("execution_time_ms", Double),
    Column("cpu_time_ms", Double),
    Column("memory_peak_bytes", BigInteger),
    # Or, where it is large, the blob that holds it.
    Column("stdout", LargeBinary),
    Column("stderr", LargeBinary),
    Column("stdout_truncated", Boolean),
    Column("stderr_truncated", Boolean),
    Column("compile", Json),
    Column("artifacts", Json),
    Column("language_version", Text),
    Column("cached", Boolean),
    Column("stdout_blob", Text),
    Column("stderr_blob", Text),
    # Of one that was run, and whose answer may serve equal ones.
    Column("cache_key", Text),
    Index("ix_executions_session_id", "session_id", "id"),
    Index("ix_executions_owner_id", "owner_id", "id"),
    Index(
        "ix_executions_cache_key",
        "cache_key",
        "id",
        postgresql_where=text("cache_key IS NOT NULL"),
        sqlite_where=text("cache_key IS NOT NULL"),
    ),
    # Only what has not ended: these stay small however many executions there have been.
    Index(
        "ix_executions_queue",
        text("priority DESC"),
        "turn",
        "id",
        postgresql_where=text("status = 'QUEUED'"),
        sqlite_where=text("status = 'QUEUED'"),
    ),
    Index(
        "ix_executions_key",
        "key",
        "turn",
        postgresql_where=text("status IN ('QUEUED', 'RUNNING')"),
        sqlite_where=text("status IN ('QUEUED', 'RUNNING')"),
    ),
    Index(
        "ix_executions_lease",
        "lease_until",
        postgresql_where=text("status = 'RUNNING'"),
        sqlite_where=text("status = 'RUNNING'"),
    ),
    postgresql_partition_by="RANGE (id)",
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # No foreign key: a key outlives the execution that a client deleted with its session.
    Column("execution_id", Uuid, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_idempotency_keys_expires_at", "expires_at"),
)
