"""Who refers to which blob: an execution to its outputs, artifacts and inputs, an upload to its content.

Whoever puts a blob refers to it in the transaction that keeps the holder's row, within a day.  Whoever takes over the
blob of a row that exists already locks that row first, so that it cannot be removed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select

from runward.store.blobs import BlobId
from runward.store.tables import blob_references, executions, uploads
from runward.store.upsert import insert_into


def refer(connection: Connection, holder_id: UUID, blobs: Iterable[BlobId]) -> None:
    """Keep the blobs for as long as the holder's row is there."""
    rows = [{"sha256": blob, "holder_id": holder_id} for blob in sorted(set(blobs))]
    if rows:
        connection.execute(insert_into(connection.dialect.name, blob_references).on_conflict_do_nothing(), rows)


def forget_holders(connection: Connection, holder_ids: Sequence[UUID]) -> None:
    """Drop the references of holders that are removed in this transaction."""
    connection.execute(delete(blob_references).where(blob_references.c.holder_id.in_(holder_ids)))


def blobs_of(values: Mapping[str, Any]) -> list[BlobId]:
    """Return the blobs that columns of an execution name."""
    outputs = [values.get("stdout_blob"), values.get("stderr_blob")]
    artifacts = [artifact.get("sha256") for artifact in values.get("artifacts") or ()]
    return [BlobId(blob) for blob in (*outputs, *artifacts) if blob is not None]


def list_referenced(connection: Connection, blobs: Sequence[BlobId]) -> set[BlobId]:
    """Return those of the blobs that are to be kept, and drop references whose holder is gone."""
    ours = blob_references.c.sha256.in_(blobs)
    connection.execute(delete(blob_references).where(ours, ~_is_held()))
    return {BlobId(blob) for blob in connection.execute(select(blob_references.c.sha256).where(ours)).scalars()}


def _is_held() -> ColumnElement[bool]:
    return or_(*(exists().where(table.c.id == blob_references.c.holder_id) for table in (executions, uploads)))
