"""From the setting to a blob store."""

from __future__ import annotations

import re
from pathlib import Path

from runward.domain.errors import RunwardError
from runward.store.blobs.blob import BlobStore
from runward.store.blobs.files import FileBlobs

_S3 = re.compile(r"s3://(?P<bucket>[^/]+)(?:/(?P<prefix>.*?))?/?")


class BlobLocationInvalid(RunwardError):
    """RUNWARD_BLOBS names no place for blobs."""

    code = "invalid_setting"


def open_blobs(location: str | None, *, data_dir: Path) -> BlobStore:
    """Return the store at ``s3://BUCKET/PREFIX`` or in a folder; without a location, below ``data_dir``."""
    if not location:
        return FileBlobs(data_dir / "blobs")
    if location.startswith("/"):
        return FileBlobs(Path(location))
    if (match := _S3.fullmatch(location)) is None:
        raise BlobLocationInvalid("RUNWARD_BLOBS: write s3://BUCKET/PREFIX or the path of a folder, from the root")
    # Only who keeps blobs there pays for loading the client.
    from runward.store.blobs.s3 import S3Blobs  # noqa: PLC0415

    return S3Blobs(match["bucket"], prefix=match["prefix"] or "")
