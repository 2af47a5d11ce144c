"""From what kernel, init and our readers saw to one outcome.

The order is that of causes: what killed the program comes before what its exit looks like.
"""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import dataclass
from datetime import timedelta

from runward.domain.errors import RequestError, SandboxError
from runward.domain.limits import Limits
from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.languages import MemoryRule
from runward.sandbox import Facts

_CANNOT_START = 127
_COPY_IN, _EXEC = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A step's outcome in all its parts."""

    outcome: Outcome
    exit_code: int | None = None
    signal: int | None = None
    message: str = ""


def usage_of(facts: Facts) -> Usage:
    """Return what the step used."""
    return Usage(
        cpu_time=timedelta(microseconds=facts.cpu_ns / 1000),
        wall_time=timedelta(microseconds=facts.wall_ns / 1000),
        memory_peak_bytes=facts.memory_peak_bytes,
    )


def classify(
    step: Step, facts: Facts, limits: Limits, *, overflow: bool, stderr: bytes, memory_rule: MemoryRule | None
) -> Ending:
    """Return how the step ended; raise RequestError or SandboxError where the program never ran."""
    if facts.stage == _EXEC:
        return _not_started(step, facts)
    if facts.stage:
        raise _not_prepared(facts)
    exit_code = os.WEXITSTATUS(facts.status) if os.WIFEXITED(facts.status) else None
    number = os.WTERMSIG(facts.status) if os.WIFSIGNALED(facts.status) else None
    outcome, message = _cause(facts, limits, overflow=overflow)
    if outcome is None and memory_rule and memory_rule.matches(exit_code=exit_code, signal=number, stderr=stderr):
        outcome, message = Outcome.MEMORY_LIMIT, _memory_message(limits)
    if outcome is None and step is Step.COMPILE and exit_code != 0:
        outcome, message = Outcome.COMPILE_ERROR, _signal_message(number)
    if outcome is None:
        outcome = Outcome.EXITED if number is None else Outcome.SIGNALED
        message = _signal_message(number)
    return Ending(outcome=outcome, exit_code=exit_code, signal=number, message=message)


def _cause(facts: Facts, limits: Limits, *, overflow: bool) -> tuple[Outcome | None, str]:
    """Return the limit that ended the program, if one did."""
    if overflow:
        return Outcome.OUTPUT_LIMIT, f"more than {limits.output_bytes} bytes of output on one stream"
    if facts.exceeded == "cpu_time" or facts.cpu_ns > limits.cpu_time.total_seconds() * 1e9:
        return Outcome.CPU_TIME_LIMIT, f"over its CPU time limit of {limits.cpu_time.total_seconds():g} s"
    # On a busy machine the supervisor may find a deadline passed late, and the program ended before it, by itself.
    stopped = facts.exceeded == "wall_time" and os.WTERMSIG(facts.status) == signal.SIGKILL
    if stopped or facts.wall_ns > limits.wall_time.total_seconds() * 1e9:
        return Outcome.WALL_TIME_LIMIT, f"over its wall time limit of {limits.wall_time.total_seconds():g} s"
    succeeded = facts.status == 0
    # A program that lost a child to a limit, went on and succeeded was not ended by that limit.
    if facts.oom_kills and not succeeded:
        return Outcome.MEMORY_LIMIT, _memory_message(limits)
    if facts.process_limit_hits and not succeeded:
        return Outcome.PROCESS_LIMIT, f"more than {limits.processes} processes and threads"
    return None, ""


def _memory_message(limits: Limits) -> str:
    return f"over its memory limit of {limits.memory_bytes} bytes"


def _signal_message(number: int | None) -> str:
    if number is None:
        return ""
    return f"killed by signal {number} ({signal.Signals(number).name if number < signal.SIGRTMIN else 'real-time'})"


def _not_started(step: Step, facts: Facts) -> Ending:
    reason = os.strerror(facts.error)
    if facts.error == errno.E2BIG:
        raise RequestError("the arguments and the environment are too long together; send less, or use standard input")
    if facts.error == errno.ENOMEM:
        return Ending(outcome=Outcome.MEMORY_LIMIT, message="the memory limit is too low to start the program")
    if facts.error == errno.EAGAIN:
        return Ending(outcome=Outcome.PROCESS_LIMIT, message="the process limit is too low to start the program")
    if step is not Step.RUN:
        raise SandboxError(f"the toolchain cannot be started: {reason}; `runward languages check` tells more")
    return Ending(outcome=Outcome.EXITED, exit_code=_CANNOT_START, message=f"the program cannot be started: {reason}")


def _not_prepared(facts: Facts) -> Exception:
    if facts.stage == _COPY_IN and facts.error in (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM):
        return RequestError("the files do not fit into the disk limit; raise disk_bytes or send less")
    if facts.stage == _COPY_IN and facts.error in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG):
        return RequestError(f"the files cannot stand together: {os.strerror(facts.error)} (is a name given twice?)")
    return SandboxError(f"a slot could not take its request (stage {facts.stage}): {os.strerror(facts.error)}")
