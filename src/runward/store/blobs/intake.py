"""A blob that comes piece by piece, into a file: only at its end is it known which blob it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import BinaryIO

from runward.store.blobs.blob import BlobId, BlobInfo


async def take_in(file: BinaryIO, chunks: AsyncIterator[bytes]) -> BlobInfo:
    """Write what comes to the file, and return what blob it is; what the chunks raise is raised."""
    digest, size = hashlib.sha256(), 0

    def take(chunk: bytes) -> None:
        digest.update(chunk)
        file.write(chunk)

    async for chunk in chunks:
        await asyncio.to_thread(take, chunk)
        size += len(chunk)
    return BlobInfo(id=BlobId(digest.hexdigest()), size_bytes=size)
