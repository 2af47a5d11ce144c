"""Deadlines of a running slot: events, not ticks.

Wall time is init's to keep (core/wall.c), which knows when it began; the timer here is for an init that does not.  CPU
time has no event to wait for, but a bound: with n processors a step cannot use what is left of its limit in less than a
n-th of it.  So the next look is taken then, and an idle program costs next to nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from runward.sandbox.slot import Slot

_SHORTEST_LOOK = 0.004


class Watch:
    """Kills the program when it is over a time limit, and remembers which."""

    def __init__(self, slot: Slot, *, cpu_ns: int, wall_ns: int, on_limit: Callable[[], None]) -> None:
        self.exceeded: str | None = None
        self._slot, self._cpu_ns, self._on_limit = slot, cpu_ns, on_limit
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._wall = loop.call_later(wall_ns / 1e9, self._end, "wall_time")
        self._look: asyncio.TimerHandle | None = None
        self._plan_look()

    def cancel(self) -> None:
        """Stop watching."""
        self._wall.cancel()
        if self._look is not None:
            self._look.cancel()

    def _plan_look(self) -> None:
        used = self._slot.cpu_time_ns()
        if used is None:
            return  # no accounting here: RLIMIT_CPU is what holds
        left = (self._cpu_ns - used) / 1e9
        if left <= 0:
            self._end("cpu_time")
            return
        self._look = self._loop.call_later(max(left / (os.cpu_count() or 1), _SHORTEST_LOOK), self._plan_look)

    def _end(self, limit: str) -> None:
        if self.exceeded is None:
            self.exceeded = limit
            self.cancel()
            self._on_limit()
