"""Exit statuses of our own; anything else is the program's."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from runward.domain.errors import RequestError, RunwardError
from runward.domain.outcome import Outcome

if TYPE_CHECKING:
    # `runward --version` needs no engine.
    from runward.engine.result import StepResult

CHECK_FAILED = 1
USAGE = 2
RESOURCE_LIMIT = 122
TIME_LIMIT = 124
FAILED = 125
COMPILE_ERROR = 126
INTERRUPTED = 130
MEMORY_LIMIT = 137
BROKEN_PIPE = 141


def status_of(result: StepResult) -> int:
    """Return the status to exit with after a run that ended so: the program's own where it ended by itself."""
    match result.outcome:
        case Outcome.EXITED:
            return result.exit_code or 0
        case Outcome.SIGNALED:
            return 128 + (result.signal or 0)
        case Outcome.CPU_TIME_LIMIT | Outcome.WALL_TIME_LIMIT:
            return TIME_LIMIT
        case Outcome.MEMORY_LIMIT:
            return MEMORY_LIMIT
        case Outcome.OUTPUT_LIMIT | Outcome.PROCESS_LIMIT:
            return RESOURCE_LIMIT
        case Outcome.COMPILE_ERROR:
            return COMPILE_ERROR
        case Outcome.SANDBOX_ERROR:
            return FAILED
        case _:
            assert_never(result.outcome)


def status_of_error(error: RunwardError) -> int:
    """Return the status to exit with after this error: the caller's fault is one of usage."""
    return USAGE if isinstance(error, RequestError) else FAILED
