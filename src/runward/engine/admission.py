"""Admission: so many executions run, so many wait, and the next one is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from runward.domain.errors import QueueFull, ShuttingDown


class Admission:
    """Bounded places and a bounded queue before them."""

    def __init__(self, *, concurrency: int, queue_limit: int) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._concurrency, self._queue_limit = concurrency, queue_limit
        self._waiting = self._patient = 0
        self._held: set[asyncio.Task[object]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._recent = 1.0  # seconds, smoothed: what Retry-After is told from

    @property
    def running(self) -> int:
        """Return how many executions have a place."""
        return len(self._held) - self._waiting

    @property
    def closed(self) -> bool:
        """Tell whether no more is admitted."""
        return self._closed

    @asynccontextmanager
    async def place(self, *, patient: bool = False) -> AsyncIterator[None]:
        """Hold a place; raise QueueFull or ShuttingDown instead of waiting without bound.

        Those who are ``patient`` wait in the same line, however long it is, and do not make it full for others: they are
        parts of a whole that was admitted, and few of them wait at once.
        """
        if self._closed:
            raise ShuttingDown
        if self._places.locked() and self._waiting - self._patient >= self._queue_limit and not patient:
            rounds = (self._waiting + self._concurrency) / self._concurrency
            raise QueueFull(limit=self._queue_limit, retry_after=max(1, round(rounds * self._recent)))
        task = asyncio.current_task()
        assert task is not None, "executions run in tasks"
        self._held.add(task)
        self._idle.clear()
        try:
            await self._wait(patient=patient)
            started = asyncio.get_running_loop().time()
            try:
                yield
            finally:
                self._places.release()
                self._recent += (asyncio.get_running_loop().time() - started - self._recent) / 8
        finally:
            self._held.discard(task)
            if not self._held:
                self._idle.set()

    async def drain(self, grace: timedelta) -> None:
        """Admit no more; let what is in finish within the grace period, then cancel it."""
        self._closed = True
        try:
            async with asyncio.timeout(grace.total_seconds()):
                await self._idle.wait()
        except TimeoutError:
            for task in self._held:
                task.cancel()
            await self._idle.wait()

    async def _wait(self, *, patient: bool) -> None:
        self._waiting += 1
        self._patient += patient
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
            self._patient -= patient
