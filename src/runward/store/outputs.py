"""Outputs: small ones lie in the execution's row, large ones in a blob that the row names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runward.store.blobs import BlobId, BlobStore
from runward.store.executions import Execution

# More than this would make every page of the table's file hold fewer rows, and a list of executions slow to read.
INLINE_BYTES = 64 * 1024


async def put_outputs(blobs: BlobStore, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an execution with its large outputs replaced by the blobs that now hold them."""
    kept = dict(values)
    for name in ("stdout", "stderr"):
        content = values.get(name)
        if content is not None and len(content) > INLINE_BYTES:
            kept |= {name: None, f"{name}_blob": await blobs.put(content)}
    return kept


async def get_outputs(blobs: BlobStore, execution: Execution) -> Execution:
    """Return the execution with all of its outputs in it."""
    stdout, stderr = execution.stdout, execution.stderr
    if execution.stdout_blob is not None:
        stdout = await blobs.get(BlobId(execution.stdout_blob))
    if execution.stderr_blob is not None:
        stderr = await blobs.get(BlobId(execution.stderr_blob))
    return replace(execution, stdout=stdout, stderr=stderr)
