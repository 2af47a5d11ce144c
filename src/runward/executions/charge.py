"""What an execution took, which is charged to its owner in the transaction that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runward.domain.outcome import Outcome
from runward.store.executions import Execution
from runward.store.usage import Charge


def charge_of(execution: Execution, values: Mapping[str, Any], *, now: datetime) -> Charge | None:
    """Return what the columns of an execution's end tell; what the platform failed costs nothing.

    One that was cancelled was not measured to its end: it is charged as if it had computed all the time, or cancelling at the
    last moment would be free.
    """
    if values.get("outcome") == Outcome.SANDBOX_ERROR:
        return None
    cpu_ms, wall_ms = values.get("cpu_time_ms"), values.get("execution_time_ms") or 0.0
    cached, compiled = values.get("cached"), values.get("compile")
    if cached:  # it was charged when it was run
        cpu_ms = wall_ms = 0.0
    if cpu_ms is None:
        started = execution.started_at or now
        cpu_ms = wall_ms = max(0.0, (now - started).total_seconds() * 1000)
    if (
        compiled and not cached and not compiled["cached"] and _succeeded(compiled)
    ):  # where it did not, it is the last step, above
        cpu_ms, wall_ms = cpu_ms + compiled["cpu_time_ms"], wall_ms + compiled["execution_time_ms"]
    return Charge(
        owner_id=execution.owner_id,
        key=execution.key,
        cpu_seconds=cpu_ms / 1000,
        wall_seconds=wall_ms / 1000,
        memory_peak_bytes=values.get("memory_peak_bytes") or 0,
    )


def _succeeded(step: Mapping[str, Any]) -> bool:
    return bool(step["outcome"] == Outcome.EXITED and step["exit_code"] == 0)
