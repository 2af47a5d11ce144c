"""Streams: bounded logs that one writes as it goes and many read, each at its own pace, from wherever it likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from runward.domain.errors import RunwardError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry; ``position`` orders it within its stream (``N-M``, compare with ``position_key``)."""

    position: str
    data: bytes


def position_key(position: str) -> tuple[int, int]:
    """Return what positions are ordered by; raise ValueError for what is none.  The empty one is before all."""
    if not position:
        return 0, 0
    first, _, second = position.partition("-")
    return int(first), int(second or 0)


class StreamLost(RunwardError):
    """Entries of a stream are gone that its reader has not had: whoever wants the whole waits for the result."""

    code = "stream_lost"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the stream {name} cannot be read on: {reason}")
        self.name, self.reason = name, reason


class Streams(Protocol):
    """Logs by name, kept for a while after they were closed.  A slow reader holds nothing but its position."""

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""

    def append(self, name: str, data: bytes, *, last: bool = False) -> None:
        """Add an entry; never waits.  Order is kept for one writer; ``last`` closes the stream."""

    def read(self, name: str, *, after: str = "") -> AsyncIterator[Entry]:
        """Yield the entries after the position as they come, and end after the last one.

        StreamLost tells that some are missing, or that they cannot be reached for a while; never is one left out silently.
        """

    async def is_whole(self, name: str) -> bool:
        """Tell whether the stream was closed and is still kept from its beginning."""


# The whole of a stream: what is beyond is refused by its writer's own caps long before.
MOST_BYTES = 64 * 1024 * 1024
KEPT_SECONDS = 60.0


@dataclass(slots=True)
class _Log:
    entries: list[Entry] = field(default_factory=list)
    size: int = 0
    closed: bool = False
    waiting: set[asyncio.Future[None]] = field(default_factory=set)


class LocalStreams:
    """Streams within one process."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds = kept_seconds
        self._logs: dict[str, _Log] = {}
        self._drops: dict[str, asyncio.TimerHandle] = {}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Forget everything."""
        for handle in self._drops.values():
            handle.cancel()
        for name in list(self._logs):
            self._drop(name)

    def append(self, name: str, data: bytes, *, last: bool = False) -> None:
        """Add an entry."""
        log = self._logs.setdefault(name, _Log())
        if log.closed:
            return
        if log.size + len(data) <= MOST_BYTES or last:
            log.entries.append(Entry(position=f"{len(log.entries) + 1}-0", data=data))
            log.size += len(data)
        log.closed = last
        if last:
            self._drop_later(name)
        self._wake(log)

    async def read(self, name: str, *, after: str = "") -> AsyncIterator[Entry]:
        """Yield the entries after the position."""
        index = position_key(after)[0]
        log = self._logs.setdefault(name, _Log())
        if index > len(log.entries):
            raise StreamLost(name, f"it holds nothing at {after}")
        while True:
            while index < len(log.entries):
                entry = log.entries[index]
                index += 1
                yield entry
            if log.closed:
                return
            await self._wait(name, log)

    async def is_whole(self, name: str) -> bool:
        """Tell whether the stream was closed and is still kept."""
        log = self._logs.get(name)
        return log is not None and log.closed

    async def _wait(self, name: str, log: _Log) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        log.waiting.add(future)
        try:
            await future
        finally:
            log.waiting.discard(future)
            if not log.waiting and not log.entries and self._logs.get(name) is log:
                del self._logs[name]  # nobody ever wrote it

    def _wake(self, log: _Log) -> None:
        for future in log.waiting:
            if not future.done():
                future.set_result(None)

    def _drop_later(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._drops[name] = loop.call_later(self._kept_seconds, self._drop, name)

    def _drop(self, name: str) -> None:
        self._drops.pop(name, None)
        log = self._logs.pop(name, None)
        if log is not None:
            log.closed = True
            self._wake(log)
