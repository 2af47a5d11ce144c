"""Uploads as a client sees them: files sent ahead, to be the input of runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from runward.domain.errors import RequestError
from runward.sdk.reading import IDS, TIMES, read

# Either can be read again from its beginning, when the server says 429 or a login has to be renewed.
Content = Path | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that the server keeps; give it to runs as the content of one of their ``files``."""

    id: UUID
    name: str
    size_bytes: int
    sha256: str
    created_at: datetime


def upload_of(told: Any) -> Upload:
    """Return the upload that is told of."""
    return read(Upload, {**told, "id": told.get("upload_id")}, {**IDS, **TIMES})


def name_of(content: Content, name: str | None) -> str:
    """Return what the upload is to be called: as it was said, or as the file is called."""
    if name is None and not isinstance(content, Path):
        raise RequestError("bytes bear no name; say how the upload is to be called, by name=")
    return content.name if name is None and isinstance(content, Path) else str(name)
