"""Workers: those that have lately said that they are there."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from runward.store.tables.base import UtcDateTime, metadata

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("slots", Integer, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_workers_seen_at", "seen_at"),
)
