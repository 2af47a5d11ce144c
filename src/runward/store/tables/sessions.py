"""Sessions: code under edit, and the versions that were kept of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, Uuid

from runward.store.tables.base import Json, UtcDateTime, metadata

sessions = Table(
    "code_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid),
    Column("language", Text, nullable=False),
    Column("source_code", Text, nullable=False),
    # Beside the source: more files by path, and what a run takes unless it says otherwise.
    Column("files", Json, nullable=False),
    Column("entry", Text),
    Column("status", Text, nullable=False),
    Column("last_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_code_sessions_owner_id", "owner_id", "id"),
)

session_versions = Table(
    "session_versions",
    metadata,
    Column("session_id", Uuid, ForeignKey(sessions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("source_code", Text, nullable=False),
    Column("files", Json, nullable=False),
    Column("entry", Text),
    Column("message", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
