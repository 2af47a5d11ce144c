"""Contestants that are timed in this process: one task for each client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.contestant import Role, Window
from bench.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContestant:
    """A contestant that is something to wait for.  ``once`` runs and checks; it raises WrongResult if that is wrong."""

    name: str
    note: str
    workload: Workload
    once: Callable[[], Awaitable[None]]
    crowd: bool = False
    role: Role = Role.OWN

    async def run(self, count: int) -> list[int]:
        """Run so many times; see Contestant."""
        return [await self._timed() for _ in range(count)]

    async def run_for(self, clients: int, seconds: float) -> Window:
        """Run from several tasks at once; see Contestant."""
        started = time.perf_counter()
        durations: list[int] = []

        async def client() -> None:
            while time.perf_counter() - started < seconds:
                durations.append(await self._timed())

        ended = await asyncio.gather(*(client() for _ in range(clients)), return_exceptions=True)
        # Only now, when nobody runs any more: what comes next must not be measured beside it.
        for error in ended:
            if error is not None:
                raise error
        return Window(clients=clients, durations=tuple(durations), seconds=time.perf_counter() - started)

    async def _timed(self) -> int:
        started = time.perf_counter_ns()
        await self.once()
        return time.perf_counter_ns() - started
