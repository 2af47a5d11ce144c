"""Faults: what is our own to mend goes to Sentry, with the correlation id and without anything of a user's.

Off outside of ``sending_faults``: then Sentry is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from runward.domain.errors import QueueFull, RequestError, ShuttingDown

# The caller's, or nobody's: the service does what it should.
_NOT_OURS = (RequestError, QueueFull, ShuttingDown)

_report: Callable[[BaseException], None] | None = None


def report_fault(error: BaseException) -> None:
    """Tell of an error that is our fault; one that is not is passed over."""
    if _report is not None and is_our_fault(error):
        _report(error)


def is_our_fault(error: BaseException) -> bool:
    """Tell whether the operator should hear of it: neither a refusal, nor what a caller or a stop brings with it."""
    return isinstance(error, Exception) and not isinstance(error, _NOT_OURS)


@contextmanager
def sending_faults(*, dsn: str | None, environment: str, role: str) -> Iterator[None]:
    """Send faults there for the length of the block, and the one that leaves it; None: send none."""
    global _report  # noqa: PLW0603  (one for the process, so that every room can report)
    if dsn is None:
        yield
        return
    # Not imported before: a fifth of a second that nobody should pay who sends nothing.
    sentry: ModuleType = import_module("runward.telemetry.sentry")
    outer, _report = _report, sentry.open_reporter(dsn=dsn, environment=environment, role=role)
    try:
        yield
    except Exception as error:
        report_fault(error)
        raise
    finally:
        _report = outer
        sentry.close()
