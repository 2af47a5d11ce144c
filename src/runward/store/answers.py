"""Answers: what came of an execution, taken over by an equal one of the same owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, desc, select

from runward.store.executions import Execution, execution_of
from runward.store.tables import executions

_COLUMNS = (
    "status",
    "outcome",
    "message",
    "exit_code",
    "signal",
    "execution_time_ms",
    "cpu_time_ms",
    "memory_peak_bytes",
    "stdout",
    "stderr",
    "stdout_truncated",
    "stderr_truncated",
    "compile",
    "artifacts",
    "language_version",
    "stdout_blob",
    "stderr_blob",
)


def find_answered(connection: Connection, key: str, *, owner_id: UUID | None, since: datetime) -> Execution | None:
    """Return the owner's latest execution of this cache key that was run since; it stays until the transaction ends.

    Never another owner's: that an answer is there tells what its owner has run.
    """
    query = (
        select(executions)
        .where(executions.c.cache_key == key, executions.c.owner_id == owner_id, executions.c.finished_at >= since)
        .order_by(desc(executions.c.id))
        .limit(1)
        .with_for_update(read=True)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else execution_of(row)


def answer_of(execution: Execution) -> dict[str, Any]:
    """Return the columns of an execution that is answered as this one was."""
    return {**{name: getattr(execution, name) for name in _COLUMNS}, "cached": True}
