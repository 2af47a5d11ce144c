"""A probe: one check at a time, its answer good for a few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from runward.domain.errors import QueueFull, RunwardError, ShuttingDown

_LIFETIME = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a check went; ``last_error`` stays after the fault is over, until there is another."""

    healthy: bool
    latency: timedelta
    last_error: str | None


class Probe:
    """Answers from the last check while it is fresh; otherwise all who ask wait for one and the same check.

    The check goes on when those who asked for it are gone: its answer serves the next.
    """

    def __init__(self, check: Callable[[], Awaitable[None]], *, lifetime: timedelta = _LIFETIME) -> None:
        self._check = check
        self._lifetime = lifetime.total_seconds()
        self._checking: asyncio.Task[Health] | None = None
        self._health: Health | None = None
        self._stale_at = 0.0

    async def health(self) -> Health:
        """Return how the latest check went, at most a few seconds ago."""
        if self._health is not None and time.monotonic() < self._stale_at:
            return self._health
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._measure())
        checking = self._checking
        try:
            return await asyncio.shield(checking)
        except asyncio.CancelledError:
            if checking.cancelled():
                # Not we but the check was cancelled: the engine is stopping.
                raise ShuttingDown from None
            raise

    async def close(self) -> None:
        """End a check that is under way: nobody will ask for its answer."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)

    async def _measure(self) -> Health:
        last_error = self._health.last_error if self._health else None
        healthy = True
        start = time.monotonic()
        try:
            await self._check()
        except QueueFull:
            # Busy is not ill: taken out of service now, it would only shift its load onto the others.
            pass
        except RunwardError as error:
            healthy, last_error = False, str(error)
        end = time.monotonic()
        self._health = Health(healthy=healthy, latency=timedelta(seconds=end - start), last_error=last_error)
        self._stale_at = end + self._lifetime
        return self._health
