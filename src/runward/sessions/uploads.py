"""Uploads as their faces see them: files sent ahead, each its owner's alone, to be the input of executions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import Connection

from runward.accounts.identity import Identity
from runward.domain.errors import RequestError
from runward.domain.ids import new_id
from runward.store import Database
from runward.store import uploads as rows
from runward.store.blobs import BlobStore
from runward.store.uploads import Upload, UploadNotFound


class UploadsFull(RequestError):
    """The owner's uploads would take more than they may."""

    code = "uploads_full"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"your uploads may take {limit} bytes in all; delete some that you need no more")
        self.limit = limit


class Uploads:
    """Files that people have sent; ``quota_bytes`` is what all of one owner's may take."""

    def __init__(self, *, database: Database, blobs: BlobStore, quota_bytes: int) -> None:
        self._database, self._blobs, self._quota_bytes = database, blobs, quota_bytes

    async def create(self, identity: Identity, *, name: str, chunks: AsyncIterator[bytes]) -> Upload:
        """Keep what comes, as far as there is room for it."""
        room = await self._database.transact(lambda connection: self._room(connection, identity))
        blob, upload_id = await self._blobs.put_chunks(self._within(room, chunks)), new_id()

        def work(connection: Connection) -> Upload:
            if blob.size_bytes > self._room(connection, identity):
                raise UploadsFull(limit=self._quota_bytes)
            upload = Upload(
                id=upload_id,
                owner_id=identity.account_id,
                name=name,
                size_bytes=blob.size_bytes,
                sha256=blob.id,
                created_at=self._database.clock(connection),
            )
            rows.insert_upload(connection, upload)
            return upload

        return await self._database.transact(work)

    async def get(self, identity: Identity, upload_id: UUID) -> Upload:
        """Return what is known of the upload."""
        return await self._database.read(lambda connection: get_own(connection, identity, upload_id))

    async def list_(self, identity: Identity, *, limit: int, before: UUID | None) -> list[Upload]:
        """Return a page of the caller's own uploads, the newest first."""
        return await self._database.read(
            lambda connection: rows.list_uploads(connection, owner_id=identity.account_id, limit=limit, before=before)
        )

    async def delete(self, identity: Identity, upload_id: UUID) -> None:
        """Remove it; executions that were given it keep its content."""

        def work(connection: Connection) -> None:
            get_own(connection, identity, upload_id)
            rows.delete_upload(connection, upload_id)

        await self._database.transact(work)

    def _room(self, connection: Connection, identity: Identity) -> int:
        return self._quota_bytes - rows.space_taken(connection, identity.account_id) - rows.OVERHEAD_BYTES

    async def _within(self, room: int, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        # Told while it comes: what is refused must not lie on the disk until it is cleared up.
        if room < 0:
            raise UploadsFull(limit=self._quota_bytes)
        async for chunk in chunks:
            room -= len(chunk)
            if room < 0:
                raise UploadsFull(limit=self._quota_bytes)
            yield chunk


def get_own(connection: Connection, identity: Identity, upload_id: UUID, *, lock: bool = False) -> Upload:
    """Return an upload of the caller's own: nobody, no admin either, runs a program on a file of somebody else."""
    upload = rows.get_upload(connection, upload_id, lock=lock)
    if not identity.owns(upload.owner_id):
        raise UploadNotFound(upload_id)
    return upload
