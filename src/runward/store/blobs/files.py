"""Blobs as files, on a disk of this host or one that hosts share."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from runward.store.blobs.blob import CHUNK_BYTES, BlobId, BlobInfo, BlobMissing, Referenced, blob_id
from runward.store.blobs.intake import take_in
from runward.store.database import StoreUnavailable

_NAME = re.compile(r"[0-9a-f]{64}")
# What is being written; beside the blobs, so that one rename brings it to its place.
_UNFINISHED = "unfinished"
# Held shared by who puts, alone by who removes: or a blob could go just after it was put anew.
_LOCK = "lock"
_BATCH = 500


class FileBlobs:
    """Each blob is one file, ``ab/abcd…``, written beside its place, synced, and renamed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> BlobId:
        """Keep the content durably and return its id."""
        return await asyncio.to_thread(self._put, content)

    async def put_chunks(self, chunks: AsyncIterator[bytes]) -> BlobInfo:
        """Keep what comes durably."""
        with self._telling(), self._unfinished() as file:
            blob = await take_in(file, chunks)
            await asyncio.to_thread(self._settle, file, blob.id)
        return blob

    async def get(self, blob: BlobId) -> bytes:
        """Return the whole content."""
        return await asyncio.to_thread(self._get, blob)

    async def iterate(self, blob: BlobId) -> AsyncIterator[bytes]:
        """Yield the content in pieces."""
        with self._telling(blob):
            file = await asyncio.to_thread(self._place(blob).open, "rb")
        with file:
            while True:
                with self._telling(blob):
                    chunk = await asyncio.to_thread(file.read, CHUNK_BYTES)
                if not chunk:
                    return
                yield chunk

    async def prune(self, *, before: datetime, referenced: Referenced) -> int:
        """Remove what was last put before the moment and is not referenced."""
        removed = 0
        moment = before.timestamp()
        for folder in await asyncio.to_thread(self._folders):
            old = await asyncio.to_thread(self._list_older, folder, moment)
            for start in range(0, len(old), _BATCH):
                batch = old[start : start + _BATCH]
                kept = await referenced(batch)
                condemned = [blob for blob in batch if blob not in kept]
                removed += await asyncio.to_thread(self._remove_older, condemned, moment)
        await asyncio.to_thread(self._clear_unfinished, moment)
        return removed

    def _put(self, content: bytes) -> BlobId:
        blob = blob_id(content)
        with self._telling(blob):
            if self._touch(self._place(blob)):
                # The name too must be on the disk, whoever wrote it.
                _sync(self._place(blob).parent)
            else:
                with self._unfinished() as file:
                    file.write(content)
                    self._settle(file, blob)
        return blob

    def _touch(self, place: Path) -> bool:
        with contextlib.suppress(FileNotFoundError), self._locked(fcntl.LOCK_SH):
            os.utime(place)
            return True
        return False

    @contextlib.contextmanager
    def _unfinished(self) -> Iterator[BinaryIO]:
        """Yield a file that is gone after the block, unless it was settled."""
        folder = self._folder / _UNFINISHED
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / secrets.token_hex(16)
        try:
            with open(path, "xb", opener=_open_private) as file:
                yield file
        finally:
            path.unlink(missing_ok=True)

    def _settle(self, file: BinaryIO, blob: BlobId) -> None:
        """Bring an unfinished file to the place of its blob, all of it and its name on the disk."""
        place = self._place(blob)
        self._make_folder(place.parent)
        file.flush()
        os.fsync(file.fileno())
        with self._locked(fcntl.LOCK_SH):
            Path(file.name).rename(place)
        _sync(place.parent)

    def _get(self, blob: BlobId) -> bytes:
        with self._telling(blob):
            return self._place(blob).read_bytes()

    def _folders(self) -> list[Path]:
        with self._telling():
            return sorted(path for path in self._folder.glob("[0-9a-f][0-9a-f]") if path.is_dir())

    def _list_older(self, folder: Path, moment: float) -> list[BlobId]:
        with self._telling():
            entries = [entry for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]
            return [BlobId(entry.name) for entry in entries if entry.stat().st_mtime < moment]

    def _remove_older(self, blobs: list[BlobId], moment: float) -> int:
        removed = 0
        for blob in blobs:
            with self._telling(), self._locked(fcntl.LOCK_EX), contextlib.suppress(FileNotFoundError):
                place = self._place(blob)
                # It may have been put anew since it was listed.
                if place.stat().st_mtime < moment:
                    place.unlink()
                    removed += 1
        return removed

    def _clear_unfinished(self, moment: float) -> None:
        with self._telling():
            for path in (self._folder / _UNFINISHED).glob("*"):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < moment:
                        path.unlink()

    def _place(self, blob: BlobId) -> Path:
        # It may have come from a client: nothing but a digest becomes a path.
        if not _NAME.fullmatch(blob):
            raise BlobMissing(blob, place=str(self._folder))
        return self._folder / blob[:2] / blob

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(self._folder)
        _sync(self._folder.parent)

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        descriptor = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _telling(self, blob: BlobId | None = None) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if blob is not None and isinstance(error, FileNotFoundError):
                raise BlobMissing(blob, place=str(self._folder)) from error
            raise StoreUnavailable(
                f"the blobs in {self._folder} cannot be used: {error.strerror}; try again"
            ) from error


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
