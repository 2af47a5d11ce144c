"""What takes part: something that runs one workload, one client after another or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.workload import Workload


class WrongResult(Exception):
    """A run did not print what it must, or failed: its time would mean nothing."""


class Contestant(Protocol):
    """One row of the table."""

    @property
    def name(self) -> str:
        """Return what is measured."""

    @property
    def note(self) -> str:
        """Return what it does and does not do, for the reader of the table."""

    @property
    def workload(self) -> Workload:
        """Return what it runs."""

    async def run(self, count: int) -> list[int]:
        """Run so many times, one after the other; return the nanoseconds of each."""

    async def run_for(self, clients: int, seconds: float) -> tuple[int, float]:
        """Run from so many clients at once until the time is over; return runs done and seconds taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """What could not take part, and why."""

    name: str
    reason: str


Attendance = tuple[Sequence[Contestant], Sequence[Absent]]
