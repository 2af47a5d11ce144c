"""Streams: bounded logs that one writes as it goes and many read, each at its own pace, from wherever it likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from runward.domain.errors import RunwardError
from runward.queue.audience import Audience


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

    def append(self, name: str, data: bytes, *, last: bool = False) -> bool:
        """Add an entry; never waits.  Order is kept for one writer; ``last`` closes the stream.

        False tells that there was no room for it.  Its readers are told too.
        """

    def read(self, name: str, *, after: str = "") -> AsyncGenerator[Sequence[Entry]]:
        """Yield the entries after the position as they come, several that are there at once; end after the last one.

        Where nothing comes for LOOK_SECONDS that is yielded, an empty sequence: whoever has to do something in between
        needs no timer of its own.  StreamLost tells that some are missing, or that they cannot be reached for a while;
        never is one left out silently.
        """

    async def is_whole(self, name: str) -> bool:
        """Tell whether the stream was closed and is still kept from its beginning."""


# The whole of a stream: what is beyond is refused.  A program's output is capped long before.
MOST_BYTES = 64 * 1024 * 1024
KEPT_SECONDS = 60.0
# What a reader takes at once, and so all that one who is slow holds.
_AT_ONCE_BYTES = 64 * 1024


@dataclass(slots=True)
class _Log:
    entries: list[Entry] = field(default_factory=list)
    size: int = 0
    closed: bool = False
    cut: bool = False
    readers: int = 0
    audience: Audience = field(default_factory=Audience)

    def take(self, index: int) -> list[Entry]:
        """Return what is there from an index on, at most so much."""
        end = index
        size = 0
        while end < len(self.entries) and size < _AT_ONCE_BYTES:
            size += len(self.entries[end].data)
            end += 1
        return self.entries[index:end]


class LocalStreams:
    """Streams within one process."""

    def __init__(self, *, kept_seconds: float = KEPT_SECONDS, most_bytes: int = MOST_BYTES) -> None:
        self._kept_seconds, self._most_bytes = kept_seconds, most_bytes
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

    def append(self, name: str, data: bytes, *, last: bool = False) -> bool:
        """Add an entry, unless the stream is closed or full."""
        log = self._logs.setdefault(name, _Log())
        if log.closed:
            return True  # it has ended: nobody misses this
        # After one that was refused all are: readers come to the gap, and are told there.
        log.cut = log.cut or (log.size + len(data) > self._most_bytes and not last)
        if not log.cut:
            log.entries.append(Entry(position=f"{len(log.entries) + 1}-0", data=data))
            log.size += len(data)
        log.closed = last
        if last:
            self._drop_later(name)
        log.audience.wake()
        return not log.cut

    async def read(self, name: str, *, after: str = "") -> AsyncGenerator[Sequence[Entry]]:
        """Yield the entries after the position."""
        index = position_key(after)[0]
        with self._reading(name) as log:
            if index > len(log.entries):
                raise StreamLost(name, f"it holds nothing at {after}")
            while True:
                found = log.take(index)
                index += len(found)
                if found:
                    yield found
                elif log.cut:
                    raise StreamLost(name, f"it was full after {self._most_bytes} bytes")
                elif log.closed:
                    return
                else:
                    await log.audience.wait()
                    if index == len(log.entries) and not log.closed:
                        yield ()

    async def is_whole(self, name: str) -> bool:
        """Tell whether the stream was closed and is still kept."""
        log = self._logs.get(name)
        return log is not None and log.closed and not log.cut

    @contextmanager
    def _reading(self, name: str) -> Iterator[_Log]:
        log = self._logs.setdefault(name, _Log())
        log.readers += 1
        try:
            yield log
        finally:
            log.readers -= 1
            if not log.readers and not log.entries and not log.cut and self._logs.get(name) is log:
                del self._logs[name]  # nobody ever wrote it

    def _drop_later(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._drops[name] = loop.call_later(self._kept_seconds, self._drop, name)

    def _drop(self, name: str) -> None:
        self._drops.pop(name, None)
        log = self._logs.pop(name, None)
        if log is not None:
            log.closed = True
            log.audience.wake()
