"""What refers to blobs, and what people have uploaded."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text, Uuid

from runward.store.tables.base import UtcDateTime, metadata

# A blob is kept while a row refers to it whose holder is there.  The holder, an execution or an upload, is no foreign
# key: on PostgreSQL a partition of executions that one led to could not be dropped.
blob_references = Table(
    "blob_references",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("holder_id", Uuid, primary_key=True),
    Index("ix_blob_references_holder_id", "holder_id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_uploads_owner_id", "owner_id", "id"),
)
