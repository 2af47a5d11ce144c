"""Executions of an executor as metrics: it has no queue, and its callers wait for the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from runward.domain.errors import SandboxError
from runward.domain.outcome import Outcome
from runward.engine import ExecutionResult
from runward.telemetry.metrics import Metrics


class Recorder:
    """Counts the executions of one language."""

    def __init__(self, metrics: Metrics, language: str) -> None:
        self._metrics, self._language = metrics, language

    @contextmanager
    def execution(self) -> Iterator[Callable[[ExecutionResult], None]]:
        """Count the execution of the block: as the result that it is given, or by what leaves it."""
        try:
            yield self._record
        except asyncio.CancelledError:
            self._metrics.record_execution(language=self._language, status="CANCELLED", outcome=None)
            raise
        except SandboxError:
            self._metrics.record_execution(language=self._language, status="FAILED", outcome=Outcome.SANDBOX_ERROR)
            raise

    def _record(self, result: ExecutionResult) -> None:
        steps = [step.usage for step in (result.compile, result.run) if step is not None and not step.cached]
        self._metrics.record_execution(
            language=self._language,
            status=_status(result),
            outcome=result.outcome,
            wall_time=sum((usage.wall_time for usage in steps), timedelta()) if steps else None,
            cpu_time=sum((usage.cpu_time for usage in steps), timedelta()),
            memory_peak_bytes=max((usage.memory_peak_bytes for usage in steps), default=None),
        )


def _status(result: ExecutionResult) -> str:
    if result.last.succeeded:
        return "COMPLETED"
    timed_out = result.outcome in {Outcome.CPU_TIME_LIMIT, Outcome.WALL_TIME_LIMIT}
    return "TIMEOUT" if timed_out else "FAILED"
