"""Where an execution is in its life."""

from __future__ import annotations

from enum import StrEnum


class ExecutionStatus(StrEnum):
    """QUEUED → RUNNING → one of the others, which never changes again; RUNNING → QUEUED when the platform lost the run."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the execution has ended."""
        return self not in {ExecutionStatus.QUEUED, ExecutionStatus.RUNNING}
