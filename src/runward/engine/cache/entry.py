"""One entry as bytes: the compile step's result, its small files, and what the large ones must be.

Layout: a SHA-256 digest of all that follows; the length of the head, 8 bytes; the head, JSON; standard output, standard
error, and the content of every file that bears no digest, one after the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.engine.result import StepResult

_DIGEST = 32
_MICROSECOND = timedelta(microseconds=1)


class Damaged(Exception):
    """These bytes are not what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFile:
    """A file of the entry: its content, or the digest of it where it lies beside the entry."""

    path: str
    size: int
    content: bytes | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a compile step that succeeded left."""

    result: StepResult
    files: tuple[EntryFile, ...]


def pack(key: str, result: StepResult, files: Sequence[EntryFile]) -> bytes:
    """Return the entry's bytes."""
    usage = result.usage
    head = json.dumps(
        {
            "key": key,
            "output": [len(result.stdout), len(result.stderr)],
            "usage": [usage.cpu_time // _MICROSECOND, usage.wall_time // _MICROSECOND, usage.memory_peak_bytes],
            "files": [[file.path, file.size, file.digest] for file in files],
        }
    ).encode()
    small = [file.content for file in files if file.content is not None]
    body = b"".join([len(head).to_bytes(8, "little"), head, result.stdout, result.stderr, *small])
    return hashlib.sha256(body).digest() + body


def unpack(key: str, data: bytes) -> Entry:
    """Return the entry; raise Damaged unless every byte is as it was written, and for this key."""
    body = memoryview(data)[_DIGEST:]
    if hashlib.sha256(body).digest() != data[:_DIGEST]:
        raise Damaged
    start = 8 + int.from_bytes(body[:8], "little")
    head: dict[str, Any] = json.loads(bytes(body[8:start]))
    if head["key"] != key:
        raise Damaged
    rest = _Rest(body[start:])
    stdout, stderr = (rest.take(length) for length in head["output"])
    files = tuple(
        EntryFile(path=path, size=size, digest=digest, content=rest.take(size) if digest is None else None)
        for path, size, digest in head["files"]
    )
    return Entry(result=_result(stdout, stderr, *head["usage"]), files=files)


class _Rest:
    """The bytes behind the head, taken one part after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._at = data, 0

    def take(self, length: int) -> bytes:
        start, self._at = self._at, self._at + length
        return bytes(self._data[start : self._at])


def _result(stdout: bytes, stderr: bytes, cpu: int, wall: int, memory: int) -> StepResult:
    """Return the result: only a step that succeeded, with nothing cut off, is ever kept."""
    return StepResult(
        step=Step.COMPILE,
        outcome=Outcome.EXITED,
        exit_code=0,
        signal=None,
        stdout=stdout,
        stderr=stderr,
        stdout_truncated=False,
        stderr_truncated=False,
        usage=Usage(cpu_time=cpu * _MICROSECOND, wall_time=wall * _MICROSECOND, memory_peak_bytes=memory),
        cached=True,
    )
