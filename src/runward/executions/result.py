"""From what the engine found to what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, assert_never

from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.engine import ExecutionResult, StepResult
from runward.executions.request import bytes_to_json


def result_values(result: ExecutionResult, *, artifacts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of an execution that ended so."""
    last, run = result.last, result.run
    # What a compiler says of a program that never ran is what its author has to read.
    stdout, stderr = (run.stdout, run.stderr) if run else (b"", last.stderr + last.stdout)
    return {
        "status": status_of(last),
        "outcome": last.outcome,
        "message": last.message or None,
        "exit_code": last.exit_code,
        "signal": last.signal,
        "execution_time_ms": _milliseconds(last.usage.wall_time),
        "cpu_time_ms": _milliseconds(last.usage.cpu_time),
        "memory_peak_bytes": last.usage.memory_peak_bytes,
        "stdout": stdout,
        "stderr": stderr,
        "stdout_truncated": run.stdout_truncated if run else False,
        "stderr_truncated": last.stderr_truncated,
        "compile": None if result.compile is None else compile_to_json(result.compile),
        "artifacts": list(artifacts),
        "language_version": result.language_version,
    }


def failed_values(message: str, stdout: bytes, stderr: bytes) -> dict[str, Any]:
    """Return the columns of an execution that the platform failed for good: never a verdict on the program."""
    return {
        "status": ExecutionStatus.FAILED,
        "outcome": Outcome.SANDBOX_ERROR,
        "message": message,
        **_partial(stdout, stderr),
    }


def cancelled_values(reason: str, stdout: bytes, stderr: bytes) -> dict[str, Any]:
    """Return the columns of an execution that was cancelled while it ran."""
    message = f"cancelled: {reason}"
    return {"status": ExecutionStatus.CANCELLED, "message": message, **_partial(stdout, stderr)}


def status_of(step: StepResult) -> ExecutionStatus:
    """Return the state in which an execution ends whose last step ended so."""
    match step.outcome:
        case Outcome.EXITED:
            return ExecutionStatus.COMPLETED if step.exit_code == 0 else ExecutionStatus.FAILED
        case Outcome.CPU_TIME_LIMIT | Outcome.WALL_TIME_LIMIT:
            return ExecutionStatus.TIMEOUT
        case (
            Outcome.SIGNALED
            | Outcome.MEMORY_LIMIT
            | Outcome.OUTPUT_LIMIT
            | Outcome.PROCESS_LIMIT
            | Outcome.COMPILE_ERROR
            | Outcome.SANDBOX_ERROR
        ):
            return ExecutionStatus.FAILED
        case _:
            assert_never(step.outcome)


def compile_to_json(step: StepResult) -> dict[str, Any]:
    """Return what is kept of a compile step, whole, for it is small."""
    return {
        "outcome": step.outcome,
        "message": step.message or None,
        "exit_code": step.exit_code,
        "signal": step.signal,
        "stdout": bytes_to_json(step.stdout),
        "stderr": bytes_to_json(step.stderr),
        "stdout_truncated": step.stdout_truncated,
        "stderr_truncated": step.stderr_truncated,
        "execution_time_ms": _milliseconds(step.usage.wall_time),
        "cpu_time_ms": _milliseconds(step.usage.cpu_time),
        "memory_peak_bytes": step.usage.memory_peak_bytes,
        "cached": step.cached,
    }


def _milliseconds(time: timedelta) -> float:
    # A time has whole microseconds; without rounding it would be told as 1.5050000000000001.
    return round(time.total_seconds() * 1000, 3)


def _partial(stdout: bytes, stderr: bytes) -> dict[str, Any]:
    return {
        "stdout": stdout,
        "stderr": stderr,
        "stdout_truncated": False,
        "stderr_truncated": False,
        "execution_time_ms": 0.0,
    }
