"""Uploads: files that a person sent ahead, to be the input of executions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, desc, func, insert, select, text

from runward.domain.errors import RequestError
from runward.store.blobs import BlobId
from runward.store.references import forget_holders, refer
from runward.store.tables import uploads

# What one takes beside its content: without it, empty ones would be free.
OVERHEAD_BYTES = 1024


class UploadNotFound(RequestError):
    """There is no such upload, or it is somebody else's."""

    code = "upload_not_found"

    def __init__(self, upload_id: UUID) -> None:
        super().__init__(f"there is no upload {upload_id}")
        self.upload_id = upload_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file's name, and the blob that holds its content."""

    id: UUID
    owner_id: UUID | None
    name: str
    size_bytes: int
    sha256: BlobId
    created_at: datetime


def insert_upload(connection: Connection, upload: Upload) -> None:
    """Keep it, and its blob with it."""
    connection.execute(insert(uploads).values(**asdict(upload)))
    refer(connection, upload.id, [upload.sha256])


def get_upload(connection: Connection, upload_id: UUID, *, lock: bool = False) -> Upload:
    """Return the upload; ``lock`` it to refer to its blob in the same transaction."""
    query = select(uploads).where(uploads.c.id == upload_id)
    row = connection.execute(query.with_for_update(read=True) if lock else query).one_or_none()
    if row is None:
        raise UploadNotFound(upload_id)
    return _upload(row)


def list_uploads(
    connection: Connection, *, owner_id: UUID | None, limit: int, before: UUID | None = None
) -> list[Upload]:
    """Return a page of an owner's uploads, the newest first, those before the id."""
    query = select(uploads).where(uploads.c.owner_id == owner_id)
    if before is not None:
        query = query.where(uploads.c.id < before)
    return [_upload(row) for row in connection.execute(query.order_by(desc(uploads.c.id)).limit(limit))]


def space_taken(connection: Connection, owner_id: UUID | None) -> int:
    """Return how many bytes an owner's uploads take; of those who would add one at the same time, others wait."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:owner))"), {"owner": f"uploads {owner_id}"})
    query = select(func.count(), func.coalesce(func.sum(uploads.c.size_bytes), 0)).where(uploads.c.owner_id == owner_id)
    count, size = connection.execute(query).one()
    return int(size) + int(count) * OVERHEAD_BYTES


def delete_upload(connection: Connection, upload_id: UUID) -> bool:
    """Remove it; executions that took it keep its content.  Tell whether it was there."""
    forget_holders(connection, [upload_id])
    return connection.execute(delete(uploads).where(uploads.c.id == upload_id)).rowcount > 0


def _upload(row: Row[Any]) -> Upload:
    return Upload(**row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for it)
