"""What a server tells of an execution, as the engine here would tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.engine import ExecutionResult, StepResult
from runward.engine.result import Artifact
from runward.sdk import CompileResult, Execution, Language
from runward.sdk.execution import Stream

Written = Callable[[Step, Stream], bytes]


def result_of(execution: Execution, language: Language, written: Written) -> ExecutionResult:
    """Return the result of an execution that has ended, with what its steps wrote."""
    compiled = None if execution.compile is None else _compile_step(execution.compile, written)
    return ExecutionResult(
        language=language.id,
        language_version=execution.language_version or language.version or "",
        compile=compiled,
        run=_run_step(execution, written) if compiled is None or compiled.succeeded else None,
        artifacts=tuple(
            Artifact(path=each.path, size_bytes=each.size_bytes, content=each.content) for each in execution.artifacts
        ),
    )


def _run_step(execution: Execution, written: Written) -> StepResult:
    return StepResult(
        step=Step.RUN,
        outcome=execution.outcome or Outcome.SANDBOX_ERROR,
        exit_code=execution.exit_code,
        signal=execution.signal,
        stdout=written(Step.RUN, "stdout"),
        stderr=written(Step.RUN, "stderr"),
        stdout_truncated=execution.stdout_truncated,
        stderr_truncated=execution.stderr_truncated,
        usage=_usage(execution.cpu_time_ms, execution.execution_time_ms, execution.memory_peak_bytes),
        message=execution.message or "",
        cached=execution.cached,
    )


def _compile_step(step: CompileResult, written: Written) -> StepResult:
    return StepResult(
        step=Step.COMPILE,
        outcome=step.outcome,
        exit_code=step.exit_code,
        signal=step.signal,
        stdout=written(Step.COMPILE, "stdout") or step.stdout.encode(),
        stderr=written(Step.COMPILE, "stderr") or step.stderr.encode(),
        stdout_truncated=step.stdout_truncated,
        stderr_truncated=step.stderr_truncated,
        usage=_usage(step.cpu_time_ms, step.execution_time_ms, step.memory_peak_bytes),
        message=step.message or "",
        cached=step.cached,
    )


def _usage(cpu_ms: float | None, wall_ms: float | None, memory_bytes: int | None) -> Usage:
    return Usage(
        cpu_time=timedelta(milliseconds=cpu_ms or 0),
        wall_time=timedelta(milliseconds=wall_ms or 0),
        memory_peak_bytes=memory_bytes or 0,
    )
