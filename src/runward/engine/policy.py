"""What the operator allows: defaults, maxima, and how many executions at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from runward.domain.limits import MIB, LimitRequest, Limits, resolve
from runward.domain.outcome import Step

# What a compiler needs is not what its product may have.
_STEP_DEFAULTS = {
    Step.RUN: Limits(),
    Step.COMPILE: Limits(
        cpu_time=timedelta(seconds=30),
        wall_time=timedelta(seconds=60),
        memory_bytes=1024 * MIB,
        processes=128,
        disk_bytes=256 * MIB,
        file_bytes=128 * MIB,
        open_files=1024,
    ),
}
_STEP_DEFAULTS[Step.VALIDATE] = _STEP_DEFAULTS[Step.COMPILE]
_MAXIMUM = Limits(
    cpu_time=timedelta(seconds=60),
    wall_time=timedelta(seconds=60),
    memory_bytes=1024 * MIB,
    processes=512,
    output_bytes=64 * MIB,
    file_bytes=512 * MIB,
    disk_bytes=1024 * MIB,
    open_files=4096,
    stack_bytes=1024 * MIB,
)
# Waiting is not computing, but it holds a slot: so wall time is a multiple of CPU time unless it is asked for.  The rest
# is for a loaded machine, where a program that computes all the time must still end at its CPU limit.
_WALL_FACTOR, _WALL_SPARE = 3, timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginePolicy:
    """The operator's choice; ``queue_limit`` counts executions that wait for one of ``concurrency`` places.

    ``blocked_imports`` and ``allowed_imports`` (where a language is named: nothing else) are modules by language: a courtesy
    to who writes the program; the sandbox is what holds.
    """

    maximum: Limits = _MAXIMUM
    concurrency: int = 4
    queue_limit: int = 64
    artifact_bytes: int = 16 * MIB
    artifact_count: int = 256
    blocked_imports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    allowed_imports: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def limits_for(
        self, step: Step, request: LimitRequest, *, language: LimitRequest, time_factor: float = 1.0
    ) -> Limits:
        """Return the limits of a step: the defaults, the language's own, then the caller's up to the maximum.

        A compiler gets what it needs, whatever the maximum for programs; a program never gets more than the maximum.
        """
        return _limits_for(step, request, language, time_factor, self.maximum)


# Most requests have the limits of an earlier one, and making them takes longer than starting a slot.
@lru_cache(maxsize=1024)
def _limits_for(
    step: Step, request: LimitRequest, language: LimitRequest, time_factor: float, maximum: Limits
) -> Limits:
    own = {each.name: getattr(language, each.name) for each in fields(language)}
    default = replace(_STEP_DEFAULTS[step], **{name: value for name, value in own.items() if value is not None})
    if step is not Step.RUN:
        return resolve(request, default=default, maximum=_combine(max, maximum, default))
    default = _combine(min, maximum, replace(default, cpu_time=default.cpu_time * time_factor))
    if request.cpu_time is not None and request.wall_time is None:
        wall = request.cpu_time * _WALL_FACTOR + _WALL_SPARE
        default = replace(default, wall_time=min(wall, maximum.wall_time))
    return resolve(request, default=default, maximum=maximum)


def _combine(choose: Callable[[Any, Any], Any], maximum: Limits, default: Limits) -> Limits:
    """Return for each limit the one that ``choose`` (min or max) takes; no limit at all is the other one."""
    chosen = {}
    for each in fields(maximum):
        ceiling, wanted = getattr(maximum, each.name), getattr(default, each.name)
        chosen[each.name] = choose(ceiling, wanted) if None not in (ceiling, wanted) else ceiling or wanted
    return Limits(**chosen)
