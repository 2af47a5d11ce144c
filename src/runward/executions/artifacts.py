"""Artifacts: what a program wrote, kept outside the row."""

from __future__ import annotations

import mimetypes
from typing import Any

from runward.engine import ExecutionResult
from runward.store.blobs import BlobStore


async def keep_artifacts(result: ExecutionResult, blobs: BlobStore) -> list[dict[str, Any]]:
    """Keep each, and return what the row tells of them; ``sha256`` is None for one that was too large to be kept."""
    kept = []
    for artifact in result.artifacts:
        sha256 = None if artifact.content is None else await blobs.put(artifact.content)
        # The guest chose the name, whose bytes need be no text.
        path = artifact.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        kept.append({"path": path, "size_bytes": artifact.size_bytes, "sha256": sha256, "media_type": media_type})
    return kept
