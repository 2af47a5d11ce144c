"""Uploads, by their ids."""

from __future__ import annotations

from runward.sdk import call as calls
from runward.sdk.aio.transport import AsyncTransport
from runward.sdk.call import Id, Page
from runward.sdk.upload import Upload


class AsyncUploads:
    """The caller's own uploads on one server."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get(self, upload_id: Id) -> Upload:
        """Return what is known of it."""
        return await self._transport.send(calls.get_upload(upload_id))

    async def list(self, *, limit: int = 50, before: Id | None = None) -> Page[Upload]:
        """Return a page of them, the newest first; the next begins before the last one's id."""
        return await self._transport.send(calls.list_uploads(limit=limit, before=before))

    async def delete(self, upload_id: Id) -> None:
        """Remove it; runs that were given it keep it."""
        await self._transport.send(calls.delete_upload(upload_id))
