"""A blob: bytes that are named by their own digest."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from runward.store.database import StoreError

# The SHA-256 of the content, in hexadecimal.
BlobId = NewType("BlobId", str)
# Of many blobs, those that something refers to.
Referenced = Callable[[Sequence[BlobId]], Awaitable[set[BlobId]]]

CHUNK_BYTES = 256 * 1024


class BlobMissing(StoreError):
    """A row refers to a blob that is not where blobs are kept."""

    code = "blob_missing"

    def __init__(self, blob: BlobId, *, place: str) -> None:
        super().__init__(f"the blob {blob} is not in {place}; was it restored together with the database?")
        self.blob = blob


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    """Which blob it is, and how large."""

    id: BlobId
    size_bytes: int


class BlobStore(Protocol):
    """Where blobs are; every method raises StoreUnavailable where that place cannot be used now."""

    async def put(self, content: bytes) -> BlobId:
        """Keep the content durably and return its id; what is there already counts as put anew."""

    async def put_chunks(self, chunks: AsyncIterator[bytes]) -> BlobInfo:
        """Do the like with what comes, never holding all of it; where the chunks raise, nothing is kept."""

    async def get(self, blob: BlobId) -> bytes:
        """Return the whole content; raise BlobMissing."""

    def iterate(self, blob: BlobId) -> AsyncIterator[bytes]:
        """Yield the content in pieces; raise BlobMissing before the first."""

    async def prune(self, *, before: datetime, referenced: Referenced) -> int:
        """Remove what was last put before the moment and is not referenced, and tell how many blobs that were."""


def blob_id(content: bytes) -> BlobId:
    """Return the id that this content has."""
    return BlobId(hashlib.sha256(content).hexdigest())
