"""What a step is allowed to use, and how a caller's wish meets the server's maxima."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta

from runward.domain.errors import LimitTooHigh, RequestError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one step; every one is enforced by the sandbox, none is advice.

    ``output_bytes`` holds for standard output and for standard error each; ``disk_bytes`` for all files of the step
    together (they live in memory and count towards ``memory_bytes`` too); ``file_bytes`` for any one file;
    ``processes`` counts threads.  ``cpus`` caps how many processors' worth of time the step gets per second;
    None means all of them.
    """

    cpu_time: timedelta = timedelta(seconds=10)
    wall_time: timedelta = timedelta(seconds=30)
    memory_bytes: int = 128 * MIB
    processes: int = 64
    output_bytes: int = 1 * MIB
    file_bytes: int = 64 * MIB
    disk_bytes: int = 64 * MIB
    open_files: int = 256
    stack_bytes: int = 64 * MIB
    cpus: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if (value.total_seconds() if isinstance(value, timedelta) else value) <= 0:
                raise RequestError(f"the limit {field.name} must be above zero, not {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRequest:
    """The limits a caller asks for; None leaves the default."""

    cpu_time: timedelta | None = None
    wall_time: timedelta | None = None
    memory_bytes: int | None = None
    processes: int | None = None
    output_bytes: int | None = None
    file_bytes: int | None = None
    disk_bytes: int | None = None
    open_files: int | None = None
    stack_bytes: int | None = None
    cpus: float | None = None


def resolve(request: LimitRequest, *, default: Limits, maximum: Limits) -> Limits:
    """Return the default with the caller's wishes in it; a wish above the maximum raises LimitTooHigh."""
    wishes = {field.name: getattr(request, field.name) for field in fields(request)}
    wishes = {name: value for name, value in wishes.items() if value is not None}
    for name, value in wishes.items():
        ceiling = getattr(maximum, name)
        if ceiling is not None and value > ceiling:
            raise LimitTooHigh(name=name, requested=value, maximum=ceiling)
    return replace(default, **wishes)
