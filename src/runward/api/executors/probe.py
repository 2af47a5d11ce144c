"""A probe: one check at a time, its answer good for a few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from runward.domain.errors import LanguageUnavailable, QueueFull, RunwardError

_LIFETIME = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a check went; ``last_error`` stays after the fault is over, until there is another."""

    healthy: bool
    latency: timedelta
    last_error: str | None


class Probe:
    """Answers from the last check while it is fresh; otherwise the first to ask checks and the others wait for it."""

    def __init__(self, check: Callable[[], Awaitable[None]], *, lifetime: timedelta = _LIFETIME) -> None:
        self._check = check
        self._lifetime = lifetime.total_seconds()
        self._lock = asyncio.Lock()
        self._health: Health | None = None
        self._stale_at = 0.0

    async def health(self) -> Health:
        """Return how the latest check went, at most a few seconds ago."""
        async with self._lock:
            if self._health is None or time.monotonic() >= self._stale_at:
                self._health = await self._measure()
                self._stale_at = time.monotonic() + self._lifetime
            return self._health

    async def _measure(self) -> Health:
        last_error = self._health.last_error if self._health else None
        healthy = True
        start = time.monotonic()
        try:
            await self._check()
        except LanguageUnavailable:
            raise
        except QueueFull:
            # Busy is not ill: taken out of service now, it would only shift its load onto the others.
            pass
        except RunwardError as error:
            healthy, last_error = False, str(error)
        return Health(healthy=healthy, latency=timedelta(seconds=time.monotonic() - start), last_error=last_error)
