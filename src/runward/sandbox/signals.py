"""The signals that a caller may send to a program."""

from __future__ import annotations

from signal import Signals

from runward.domain.errors import RequestError

# Those that people send.  What tells of a fault in the program, or of a limit, comes from the kernel alone: else an ending
# by it would mean nothing.
SENDABLE = frozenset(
    {
        *(Signals.SIGHUP, Signals.SIGINT, Signals.SIGQUIT, Signals.SIGKILL, Signals.SIGTERM, Signals.SIGALRM),
        *(Signals.SIGUSR1, Signals.SIGUSR2, Signals.SIGCONT, Signals.SIGSTOP, Signals.SIGTSTP, Signals.SIGWINCH),
        *(Signals.SIGTTIN, Signals.SIGTTOU, Signals.SIGPIPE),
    }
)


def check_signal(number: int) -> None:
    """Raise RequestError for a signal that is not to be sent."""
    if number not in SENDABLE:
        names = ", ".join(sorted(each.name for each in SENDABLE))
        raise RequestError(f"{number!r} is no signal that can be sent to a program; choose one of {names}")
