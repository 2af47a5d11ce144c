"""Executions on the wire; what a state does not have is left out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, Field

from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.executions.request import bytes_from_json
from runward.store.executions import Execution


class ExecutionState(BaseModel):
    """Where an execution is."""

    execution_id: UUID
    status: ExecutionStatus = Field(examples=["QUEUED"])


class ExecutionEntry(ExecutionState):
    """One of a session's executions."""

    execution_time_ms: float | None = Field(description="Wall time; null before its end.", examples=[21.4])
    created_at: datetime


class CompileResponse(BaseModel):
    """What the compile step did."""

    outcome: Outcome = Field(examples=["exited"])
    message: str | None
    exit_code: int | None = Field(examples=[0])
    signal: int | None
    stdout: str
    stderr: str
    stdout_truncated: bool
    stderr_truncated: bool
    execution_time_ms: float
    cpu_time_ms: float
    memory_peak_bytes: int
    cached: bool = Field(description="An equal step had been taken before, and this is its result.")


class ArtifactEntry(BaseModel):
    """A file that the program wrote."""

    path: str = Field(examples=["plot.png"])
    size_bytes: int = Field(examples=[12345])
    media_type: str = Field(examples=["image/png"])
    sha256: str | None = Field(description="Null where it was too large to be kept.")
    url: str | None = Field(description="Where to get it, relative to this server.")


class ExecutionResponse(ExecutionState):
    """An execution; every state adds to the one before."""

    queued_at: datetime
    started_at: datetime | None = Field(default=None, description="Since it runs: when its latest attempt began.")
    stdout: str = Field(default="", description="Once it has ended; bytes that are not UTF-8 are replaced.")
    stderr: str = Field(default="", description="The same; after a limit, its last line names the limit.")
    execution_time_ms: float | None = Field(default=None, examples=[21.4])
    finished_at: datetime | None = None
    exit_code: int | None = Field(default=None, examples=[0])
    signal: int | None = None
    outcome: Outcome | None = Field(default=None, examples=["exited"])
    message: str | None = Field(default=None, description="In words what the outcome does not say.")
    cpu_time_ms: float | None = None
    memory_peak_bytes: int | None = None
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    stdout_base64: str | None = Field(default=None, description="All bytes, where some of them are not UTF-8.")
    stderr_base64: str | None = None
    compile: CompileResponse | None = None
    artifacts: list[ArtifactEntry] = Field(default_factory=list)
    attempts: int = 0
    worker: str | None = None
    language_version: str | None = None
    cached: bool = Field(default=False, description="An identical request was answered before, and this is its result.")


def execution_response(execution: Execution) -> ExecutionResponse:
    """Return what is told of it in its state."""
    told: dict[str, Any] = {
        "execution_id": execution.id,
        "status": execution.status,
        "queued_at": execution.queued_at,
    }
    if execution.status is not ExecutionStatus.QUEUED:
        told["started_at"] = execution.started_at
    if execution.status.is_terminal:
        told |= _ending(execution)
    return ExecutionResponse(**told)


def _ending(execution: Execution) -> dict[str, Any]:
    stdout, stderr = execution.stdout or b"", execution.stderr or b""
    return {
        **_stream("stdout", stdout),
        **_stream("stderr", stderr, note=_note(execution)),
        "execution_time_ms": execution.execution_time_ms,
        "finished_at": execution.finished_at,
        "exit_code": execution.exit_code,
        "signal": execution.signal,
        "outcome": execution.outcome,
        "message": execution.message,
        "cpu_time_ms": execution.cpu_time_ms,
        "memory_peak_bytes": execution.memory_peak_bytes,
        "stdout_truncated": bool(execution.stdout_truncated),
        "stderr_truncated": bool(execution.stderr_truncated),
        "compile": None if execution.compile is None else _compile(execution.compile),
        "artifacts": [_artifact(execution.id, each) for each in execution.artifacts or ()],
        "attempts": execution.attempts,
        "worker": execution.worker,
        "language_version": execution.language_version,
        "cached": bool(execution.cached),
    }


def _note(execution: Execution) -> str:
    """Return the line that names why the program was stopped, where it did not end by itself."""
    stopped = execution.outcome not in {None, Outcome.EXITED, Outcome.COMPILE_ERROR, Outcome.SIGNALED}
    return execution.message or "" if stopped else ""


def _stream(name: str, data: bytes, *, note: str = "") -> dict[str, str]:
    text = data.decode("utf-8", "replace")
    exact = {} if text.encode() == data else {f"{name}_base64": base64.b64encode(data).decode("ascii")}
    joint = "\n" if note and text and not text.endswith("\n") else ""
    return {name: f"{text}{joint}{note}", **exact}


def _compile(kept: Mapping[str, Any]) -> dict[str, Any]:
    streams = {name: bytes_from_json(kept[name]).decode("utf-8", "replace") for name in ("stdout", "stderr")}
    return {**kept, **streams}


def _artifact(execution_id: UUID, kept: Mapping[str, Any]) -> dict[str, Any]:
    url = f"/executions/{execution_id}/artifacts/{quote(kept['path'])}" if kept["sha256"] else None
    return {**kept, "url": url}
