"""What an execution is asked to do, as it is kept in its row and as the engine takes it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from runward.domain.limits import LimitRequest
from runward.engine import ExecutionSpec, InputFile
from runward.sandbox import Terminal
from runward.store.blobs import BlobId, BlobStore

# Times are kept in seconds; the rest as it is.
_TIMES = ("cpu_time", "wall_time")
_SIZES = ("memory_bytes", "processes", "output_bytes", "file_bytes", "disk_bytes", "open_files")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file whose content is a blob; ``path`` is relative to the work folder."""

    path: str
    sha256: BlobId
    size_bytes: int
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRequest:
    """A program, what it is given, and how it is to be run.

    ``interactive``: its input comes while it runs, and ends when its sender says so.  With a ``terminal`` it comes from, and
    its output goes to, one of this size.  ``cache``: its sender says that it does the same each time, so the answer to an
    equal one will do.
    """

    language: str
    files: tuple[InputFile, ...]
    uploads: tuple[UploadedFile, ...] = ()
    entry: str | None = None
    stdin: bytes = b""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    compiler_flags: tuple[str, ...] = ()
    limits: LimitRequest = LimitRequest()
    artifacts: tuple[str, ...] = ()
    tier: str | None = None
    interactive: bool = False
    terminal: Terminal | None = None
    cache: bool = False

    async def loaded(self, blobs: BlobStore) -> ExecutionRequest:
        """Return the request with its uploads among its files."""
        files = [
            InputFile(path=file.path, content=await blobs.get(file.sha256), executable=file.executable)
            for file in self.uploads
        ]
        return replace(self, files=(*self.files, *files), uploads=())

    def spec(self, stdin: AsyncIterator[bytes] | None = None) -> ExecutionSpec:
        """Return what the engine is to run, with its input as it comes where there is such."""
        return ExecutionSpec(
            language=self.language,
            files=self.files,
            entry=self.entry,
            stdin=self.stdin if stdin is None else stdin,
            arguments=self.arguments,
            environment=dict(self.environment),
            compiler_flags=self.compiler_flags,
            limits=self.limits,
            artifacts=self.artifacts,
            tier=self.tier,
            terminal=self.terminal,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what is kept; equal requests give equal values."""
        kept: dict[str, Any] = {"language": self.language, "files": [_file_to_json(file) for file in self.files]}
        if self.uploads:
            kept["uploads"] = [asdict(file) for file in self.uploads]
        for name in ("entry", "tier", "interactive", "environment", "cache"):
            if value := getattr(self, name):
                kept[name] = dict(value) if isinstance(value, Mapping) else value
        for name in ("arguments", "compiler_flags", "artifacts"):
            if value := getattr(self, name):
                kept[name] = list(value)
        if self.terminal is not None:
            kept["terminal"] = asdict(self.terminal)
        if self.stdin:
            kept["stdin"] = bytes_to_json(self.stdin)
        if limits := _limits_to_json(self.limits):
            kept["limits"] = limits
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ExecutionRequest:
        """Return the request that was kept."""
        return cls(
            language=kept["language"],
            files=tuple(_file_from_json(file) for file in kept["files"]),
            uploads=tuple(UploadedFile(**file) for file in kept.get("uploads", ())),
            entry=kept.get("entry"),
            stdin=bytes_from_json(kept["stdin"]) if "stdin" in kept else b"",
            arguments=tuple(kept.get("arguments", ())),
            environment=kept.get("environment", {}),
            compiler_flags=tuple(kept.get("compiler_flags", ())),
            limits=_limits_from_json(kept.get("limits", {})),
            artifacts=tuple(kept.get("artifacts", ())),
            tier=kept.get("tier"),
            interactive=kept.get("interactive", False),
            terminal=Terminal(**kept["terminal"]) if "terminal" in kept else None,
            cache=kept.get("cache", False),
        )


def bytes_to_json(data: bytes) -> dict[str, str]:
    """Return bytes as text where they are UTF-8 without NUL (which PostgreSQL takes in no text), else as base64."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": base64.b64encode(data).decode("ascii")} if "\0" in text else {"text": text}


def bytes_from_json(kept: Mapping[str, str]) -> bytes:
    """Return the bytes that were kept."""
    return kept["text"].encode() if "text" in kept else base64.b64decode(kept["base64"])


def _file_to_json(file: InputFile) -> dict[str, Any]:
    mode = {"executable": True} if file.executable else {}
    return {"path": file.path, **bytes_to_json(file.content), **mode}


def _file_from_json(kept: Mapping[str, Any]) -> InputFile:
    return InputFile(path=kept["path"], content=bytes_from_json(kept), executable=kept.get("executable", False))


def _limits_to_json(limits: LimitRequest) -> dict[str, float]:
    kept = {name: getattr(limits, name) for name in _SIZES}
    for name in _TIMES:
        time: timedelta | None = getattr(limits, name)
        kept[name] = None if time is None else time.total_seconds()
    return {name: value for name, value in kept.items() if value is not None}


def _limits_from_json(kept: Mapping[str, Any]) -> LimitRequest:
    values: dict[str, Any] = {
        name: timedelta(seconds=value) if name in _TIMES else value for name, value in kept.items()
    }
    return LimitRequest(**values)
