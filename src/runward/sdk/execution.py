"""Executions as a client sees them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.sdk.reading import IDS, TIMES, read

Stream = Literal["stdout", "stderr"]
# With these the program was not stopped, and no line in its stderr tells by what.
_OWN_ENDS = {None, Outcome.EXITED, Outcome.SIGNALED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file that the program wrote; ``content`` is there where it was fetched."""

    path: str
    size_bytes: int
    media_type: str = "application/octet-stream"
    sha256: str | None = None
    content: bytes | None = None

    @property
    def is_kept(self) -> bool:
        """Tell whether the server has it; one that was too large is only told of."""
        return self.sha256 is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileResult:
    """What the compile step did."""

    outcome: Outcome
    message: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    stdout: str = ""
    stderr: str = ""
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    execution_time_ms: float = 0.0
    cpu_time_ms: float = 0.0
    memory_peak_bytes: int = 0
    cached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution as it was when the server told of it; what its state does not have yet is empty."""

    execution_id: UUID
    status: ExecutionStatus
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stdout: str = ""
    stderr: str = ""
    stdout_base64: str | None = None
    stderr_base64: str | None = None
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    execution_time_ms: float | None = None
    cpu_time_ms: float | None = None
    memory_peak_bytes: int | None = None
    exit_code: int | None = None
    signal: int | None = None
    outcome: Outcome | None = None
    message: str | None = None
    compile: CompileResult | None = None
    artifacts: tuple[Artifact, ...] = ()
    attempts: int = 0
    worker: str | None = None
    language_version: str | None = None
    cached: bool = False

    @property
    def is_terminal(self) -> bool:
        """Tell whether it has ended."""
        return self.status.is_terminal

    @property
    def succeeded(self) -> bool:
        """Tell whether the program ended by itself, with exit code 0."""
        return self.status is ExecutionStatus.COMPLETED

    def written(self, stream: Stream) -> bytes:
        """Return what the program wrote, byte for byte, once it has ended.

        The compiler's words about a program that never ran, and the line that names a limit, are not the program's.
        """
        if self.outcome is Outcome.COMPILE_ERROR:
            return b""
        text, encoded = (self.stdout, self.stdout_base64) if stream == "stdout" else (self.stderr, self.stderr_base64)
        if encoded is not None:
            return base64.b64decode(encoded)
        if stream == "stderr" and self.message and text.endswith(self.message) and self.outcome not in _OWN_ENDS:
            return text.removesuffix(self.message).removesuffix("\n").encode()
        return text.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEntry:
    """One of a session's executions."""

    execution_id: UUID
    status: ExecutionStatus
    created_at: datetime
    execution_time_ms: float | None = None


def execution_of(told: Any) -> Execution:
    """Return the execution that is told of."""
    nested = {"status": ExecutionStatus, "outcome": Outcome, "compile": _compile_of, "artifacts": _artifacts_of}
    return read(Execution, told, {**IDS, **TIMES, **nested})


def entry_of(told: Any) -> ExecutionEntry:
    """Return the entry that is told of."""
    return read(ExecutionEntry, told, {**IDS, **TIMES, "status": ExecutionStatus})


def _compile_of(told: Any) -> CompileResult:
    return read(CompileResult, told, {"outcome": Outcome})


def _artifacts_of(told: Any) -> tuple[Artifact, ...]:
    return tuple(read(Artifact, each, {}) for each in told)
