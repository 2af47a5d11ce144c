"""Blobs in a bucket that speaks S3; endpoint, region and credentials come from the usual AWS_… variables.

A blob is an object ``ab/abcd…/2026-11-25``, named also by the day on which it was put.  S3 has no lock: were there one
object for all days, it could be removed just after it was put anew.  As it is, nobody writes to the objects of a day
that is over, so those are safe to remove.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from obstore.exceptions import BaseError
from obstore.store import S3Store

from runward.store.blobs.blob import CHUNK_BYTES, BlobId, BlobInfo, BlobMissing, Referenced, blob_id
from runward.store.blobs.intake import take_in
from runward.store.database import StoreUnavailable

_NAME = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f]{2}/(?P<blob>[0-9a-f]{64})/(?P<day>\d{4}-\d{2}-\d{2})")
_SHARDS = [f"{number:02x}" for number in range(256)]
_BATCH = 500


class S3Blobs:
    """Each blob is an object; the client is obstore."""

    def __init__(self, bucket: str, *, prefix: str = "", clock: Callable[[], datetime] | None = None) -> None:
        self._name = f"s3://{bucket}/{prefix}"
        self._clock = clock or (lambda: datetime.now(UTC))
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            # Who gives an endpoint with http:// means it.
            client_options={"allow_http": True, "timeout": timedelta(seconds=60)},
            # The caller waits, and can try again.
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
        )

    async def put(self, content: bytes) -> BlobId:
        """Keep the content durably and return its id."""
        blob = blob_id(content)
        with self._telling():
            await self._store.put_async(f"{_folder(blob)}/{self._clock().date()}", content)
        return blob

    async def put_chunks(self, chunks: AsyncIterator[bytes]) -> BlobInfo:
        """Keep what comes durably; it waits in a temporary file, for its name is known only when all of it is here."""
        with self._telling(), tempfile.TemporaryFile() as file:
            blob = await take_in(file, chunks)
            file.seek(0)
            await self._store.put_async(f"{_folder(blob.id)}/{self._clock().date()}", file)
        return blob

    async def get(self, blob: BlobId) -> bytes:
        """Return the whole content."""
        return bytes(await (await self._open(blob)).bytes_async())

    async def iterate(self, blob: BlobId) -> AsyncIterator[bytes]:
        """Yield the content in pieces."""
        result = await self._open(blob)
        with self._telling():
            async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    async def prune(self, *, before: datetime, referenced: Referenced) -> int:
        """Remove what was last put before the moment and is not referenced; and what was put anew, but the newest."""
        removed = 0
        for shard in _SHARDS:
            days = await self._days_of(shard)
            old = [blob for blob, its in days.items() if max(its) < before.astimezone(UTC).date()]
            for start in range(0, len(old), _BATCH):
                kept = await referenced(old[start : start + _BATCH])
                condemned = [blob for blob in old[start : start + _BATCH] if blob not in kept]
                await self._remove([(blob, day) for blob in condemned for day in days[blob]])
                removed += len(condemned)
            await self._remove([(blob, day) for blob, its in days.items() for day in its if day < max(its)])
        return removed

    async def _open(self, blob: BlobId) -> Any:
        # It may have come from a client: nothing but a digest becomes a key.
        if not _NAME.fullmatch(blob):
            raise BlobMissing(blob, place=self._name)
        # Put anew and its older object removed, between the two requests: it is there under the newer day.
        for _ in range(2):
            days = (await self._days_of(_folder(blob))).get(blob)
            if not days:
                break
            with self._telling(), contextlib.suppress(FileNotFoundError):
                return await self._store.get_async(f"{_folder(blob)}/{max(days)}")
        raise BlobMissing(blob, place=self._name)

    async def _days_of(self, folder: str) -> dict[BlobId, set[date]]:
        days: dict[BlobId, set[date]] = defaultdict(set)
        with self._telling():
            async for chunk in self._store.list(folder, chunk_size=1000):
                for item in chunk:
                    if match := _KEY.fullmatch(item["path"]):
                        days[BlobId(match["blob"])].add(date.fromisoformat(match["day"]))
        return days

    async def _remove(self, objects: Sequence[tuple[BlobId, date]]) -> None:
        if objects:
            with self._telling():
                await self._store.delete_async([f"{_folder(blob)}/{day}" for blob, day in objects])

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise StoreUnavailable(f"the blobs in {self._name} cannot be used: {reason}; try again") from error


def _folder(blob: BlobId) -> str:
    return f"{blob[:2]}/{blob}"
