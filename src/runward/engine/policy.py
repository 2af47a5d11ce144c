"""What the operator allows: defaults, maxima, and how many executions at once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta

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
    """The operator's choice; ``queue_limit`` counts executions that wait for one of ``concurrency`` places."""

    maximum: Limits = _MAXIMUM
    concurrency: int = 4
    queue_limit: int = 64
    artifact_bytes: int = 16 * MIB
    artifact_count: int = 256

    def limits_for(
        self, step: Step, request: LimitRequest, *, language: LimitRequest, time_factor: float = 1.0
    ) -> Limits:
        """Return the limits of a step: the defaults, the language's own, then the caller's up to the maximum."""
        default = _STEP_DEFAULTS[step]
        default = replace(default, cpu_time=default.cpu_time * time_factor) if step is Step.RUN else default
        own = {field.name: getattr(language, field.name) for field in fields(language)}
        default = replace(default, **{name: value for name, value in own.items() if value is not None})
        if request.cpu_time is not None and request.wall_time is None:
            wall = min(request.cpu_time * _WALL_FACTOR + _WALL_SPARE, self.maximum.wall_time)
            default = replace(default, wall_time=max(wall, request.cpu_time))
        return resolve(request, default=default, maximum=_at_least(self.maximum, default))


def _at_least(maximum: Limits, default: Limits) -> Limits:
    """Return the maxima, raised to what a definition itself needs: the operator installed it."""
    raised = {}
    for field in fields(maximum):
        ceiling, needed = getattr(maximum, field.name), getattr(default, field.name)
        if ceiling is not None and needed is not None:
            raised[field.name] = max(ceiling, needed)
    return replace(maximum, **raised)
