"""Placeholder until storage is merged."""

import hashlib
from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    async def put(self, content: bytes) -> str: ...
    async def get(self, id_: str) -> bytes: ...


class FileBlobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        self._folder.mkdir(exist_ok=True, parents=True)
        h = hashlib.sha256(content).hexdigest()
        (self._folder / h).write_bytes(content)
        return h

    async def get(self, id_: str) -> bytes:
        return (self._folder / id_).read_bytes()
