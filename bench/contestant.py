"""What takes part: something that runs one workload, one client after another or several at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bench.workload import Workload

ENGINE = "runward engine"
HTTP = "runward HTTP"


class WrongResult(Exception):
    """A run did not print what it must, or failed: its time would mean nothing."""


class Role(StrEnum):
    """What a contestant stands for: no sandbox at all, another sandbox, or this project."""

    BARE = "bare"
    PEER = "peer"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What so many clients did at once: the nanoseconds of each run, and the seconds from the first to the last."""

    clients: int
    durations: tuple[int, ...]
    seconds: float


class Contestant(Protocol):
    """One row of a table."""

    @property
    def name(self) -> str:
        """Return what is measured."""

    @property
    def note(self) -> str:
        """Return what it does and does not do, for the reader of the table."""

    @property
    def workload(self) -> Workload:
        """Return what it runs."""

    @property
    def role(self) -> Role:
        """Return what it stands for."""

    @property
    def crowd(self) -> bool:
        """Tell whether it is tried with up to 64 clients at once, not only with a few."""

    async def run(self, count: int) -> list[int]:
        """Run so many times, one after the other; return the nanoseconds of each."""

    async def run_for(self, clients: int, seconds: float) -> Window:
        """Run from so many clients at once until the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """What could not take part, and why."""

    name: str
    reason: str
