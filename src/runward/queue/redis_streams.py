"""Streams through Redis: each is one Redis stream; who reads is woken by a bus, so that waiting costs no connection.

Those who read one stream in this process, and are at the same place in it, ask Redis together.
An entry carries its writer's token and number.  So what is sent again after a lost connection is known for what it is,
and where something is missing (Redis was away for too long, or forgot) the reader is told, instead of being given a text
with a hole.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from runward.queue.audience import Audience
from runward.queue.bus import Bus
from runward.queue.flights import Flights
from runward.queue.redis import FAULTS, PREFIX, words
from runward.queue.streams import KEPT_SECONDS, Entry, StreamLost, position_key

_log = structlog.get_logger()

# What waits for Redis in all; beyond, it is dropped, and readers are told.
_MOST_WAITING_BYTES = 16 * 1024 * 1024
_MOST_WRITERS = 10_000
_BATCH, _BATCH_BYTES = 64, 1024 * 1024
_READ_AT_ONCE = 32
# What follows within so long goes along, in one round trip and one hint: a short run says four things in as many milliseconds.
_GATHER_SECONDS = 0.003
# A stream that nobody closed; each entry begins the time anew.
_OPEN_SECONDS = 3600
_RETRY_SECONDS = 0.2
# How long a reader waits for a Redis that is away.
_PATIENCE_SECONDS = 5.0
# How often one who waits looks by itself: a hint may have been lost.
_LOOK_SECONDS = 10.0
_CLOSES_WITHIN_SECONDS = 2.0


@dataclass(slots=True)
class _Writer:
    token: bytes = field(default_factory=lambda: secrets.token_hex(6).encode())
    count: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Append:
    name: str
    values: dict[Any, Any]
    size: int
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    entry: Entry
    writer: bytes
    number: int
    last: bool

    @classmethod
    def of(cls, identity: bytes, values: dict[bytes, bytes]) -> _Found:
        """Return it as Redis keeps it."""
        entry = Entry(position=identity.decode(), data=values[b"d"])
        return cls(entry=entry, writer=values[b"w"], number=int(values[b"n"]), last=values[b"l"] == b"1")


class _Feed:
    """What the readers of one stream share; ``heard`` counts the hints that there is more."""

    def __init__(self, name: str) -> None:
        self.name, self.heard, self.readers = name, 0, 0
        self.audience = Audience()
        # By the positions that are asked for.  What began before a hint does not answer it.
        self.flights: Flights[tuple[str, str], Sequence[_Found]] = Flights()
        self.follower: asyncio.Task[None]


class RedisStreams:
    """Streams that any process with the same Redis writes and reads; the bus must reach the same processes."""

    def __init__(
        self, redis: Redis, bus: Bus, *, prefix: str = PREFIX, kept_seconds: float = KEPT_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:  # fmt: skip
        self._redis, self._bus, self._prefix = redis, bus, prefix
        self._kept_seconds, self._patience_seconds = kept_seconds, patience_seconds
        self._writers: OrderedDict[str, _Writer] = OrderedDict()
        self._waiting: deque[_Append] = deque()
        self._feeds: dict[str, _Feed] = {}
        self._size = 0
        self._any_waiting = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._closing = False
        self._troubled = False

    async def open(self) -> None:
        """Begin to send what is appended."""
        self._closing = False
        self._sender = asyncio.create_task(self._send_all())

    async def close(self) -> None:
        """Send what waits; Redis itself is its owner's to close."""
        self._closing = True
        self._any_waiting.set()
        if self._sender is not None:
            await asyncio.wait({self._sender}, timeout=_CLOSES_WITHIN_SECONDS)
            self._sender.cancel()
            await asyncio.wait({self._sender})

    def append(self, name: str, data: bytes, *, last: bool = False) -> bool:
        """Add an entry; never waits."""
        writer = self._writers.setdefault(name, _Writer())
        self._writers.move_to_end(name)
        if len(self._writers) > _MOST_WRITERS:
            self._writers.popitem(last=False)
        if writer.closed:
            return True
        number, writer.count, writer.closed = writer.count, writer.count + 1, last
        if self._size + len(data) > _MOST_WAITING_BYTES and not last:
            self._tell_trouble("too much waits to be sent")
            return False  # its number stays unused, which tells readers
        values = {"d": data, "w": writer.token, "n": number, "l": int(last)}
        self._waiting.append(_Append(name=name, values=values, size=len(data), last=last))
        self._size += len(data)
        self._any_waiting.set()
        return True

    async def read(self, name: str, *, after: str = "") -> AsyncGenerator[Sequence[Entry]]:
        """Yield the entries after the position as they come, and end after the last one."""
        order, now = _Order(name), asyncio.get_running_loop().time
        position = after if position_key(after) > (0, 0) else ""
        with self._reading(name) as feed:
            if position:
                found = await self._fetch(feed, position, position)
                if not found:
                    raise StreamLost(name, f"it holds nothing at {after}")
                order.begin_after(found[0])
            while True:
                heard, looked = feed.heard, now()
                found = await self._fetch(feed, f"({position}" if position else "-", "+")
                if entries := order.take(found):
                    yield entries
                if order.lost is not None:
                    raise order.lost
                if found and found[-1].last:
                    return
                position = found[-1].entry.position if found else position
                # Of what has come after these there was, or will be, a hint.
                has_all = len(found) < _READ_AT_ONCE
                while has_all and feed.heard == heard and now() < looked + _LOOK_SECONDS:
                    await feed.audience.wait()
                    if feed.heard == heard:
                        yield ()

    async def is_whole(self, name: str) -> bool:
        """Tell whether the stream was closed and is still kept from its beginning."""
        try:
            first: Any = await self._redis.xrange(self._key(name), count=1)
            last: Any = await self._redis.xrevrange(self._key(name), count=1)
        except FAULTS:
            return False
        return bool(first and last) and first[0][1][b"n"] == b"0" and last[0][1][b"l"] == b"1"

    @contextmanager
    def _reading(self, name: str) -> Iterator[_Feed]:
        feed = self._feeds.get(name)
        if feed is None:
            feed = self._feeds[name] = _Feed(name)
            feed.follower = asyncio.create_task(self._follow(feed))
        feed.readers += 1
        try:
            yield feed
        finally:
            feed.readers -= 1
            if not feed.readers:
                del self._feeds[name]
                feed.follower.cancel()

    async def _follow(self, feed: _Feed) -> None:
        with self._bus.subscribe(_topic(feed.name)) as hint:
            while True:
                await hint.wait()
                hint.clear()
                feed.heard += 1
                feed.flights.forget()
                feed.audience.wake()

    async def _fetch(self, feed: _Feed, start: str, end: str) -> Sequence[_Found]:
        return await feed.flights.join((start, end), lambda: self._ask(feed.name, start, end))

    async def _ask(self, name: str, start: str, end: str) -> Sequence[_Found]:
        deadline = asyncio.get_running_loop().time() + self._patience_seconds
        while True:
            try:
                found: Any = await self._redis.xrange(self._key(name), start, end, count=_READ_AT_ONCE)
            except ResponseError as error:
                raise StreamLost(name, words(error)) from error
            except FAULTS as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise StreamLost(name, f"Redis cannot be reached: {words(error)}") from error
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return [_Found.of(identity, values) for identity, values in found]

    async def _send_all(self) -> None:
        while self._waiting or not self._closing:
            await self._any_waiting.wait()
            if not self._closing:
                await asyncio.sleep(_GATHER_SECONDS)
            batch = self._take_batch()
            try:
                await self._send(batch)
            except FAULTS as error:
                self._tell_trouble(words(error))
                # In their order; those that did arrive are known by their numbers.
                self._waiting.extendleft(reversed(batch))
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            self._size -= sum(each.size for each in batch)
            if not self._waiting and not self._closing:
                self._any_waiting.clear()

    def _take_batch(self) -> list[_Append]:
        batch: list[_Append] = []
        size = 0
        while self._waiting and len(batch) < _BATCH and size < _BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        return batch

    async def _send(self, batch: list[_Append]) -> None:
        expires = {each.name: self._kept_seconds if each.last else _OPEN_SECONDS for each in batch}
        async with self._redis.pipeline(transaction=False) as pipeline:
            for each in batch:
                pipeline.xadd(self._key(each.name), each.values)
            for name, seconds in expires.items():
                pipeline.pexpire(self._key(name), int(seconds * 1000))
            answers = await pipeline.execute(raise_on_error=False)
        for answer in answers:
            if isinstance(answer, ResponseError):
                self._tell_trouble(words(answer))  # refused for good, such as for want of memory; readers notice
            elif isinstance(answer, Exception):
                raise answer
        if not any(isinstance(answer, Exception) for answer in answers):
            self._tell_trouble("")
        for name in expires:
            self._bus.publish(_topic(name))

    def _tell_trouble(self, reason: str) -> None:
        if reason and not self._troubled:
            _log.warning("streams_disconnected", reason=reason, effect="live output comes late or not at all")
        elif self._troubled and not reason:
            _log.info("streams_connected")
        self._troubled = bool(reason)

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"


class _Order:
    """Which number comes next of each writer."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next: dict[bytes, int] = {}
        self._from_beginning = True
        self.lost: StreamLost | None = None

    def begin_after(self, found: _Found) -> None:
        """Go on after an entry; of its other writers anything may come."""
        self._next[found.writer] = found.number + 1
        self._from_beginning = False

    def take(self, found: Sequence[_Found]) -> list[Entry]:
        """Return those that are new, not sent twice, and stop before a gap: then ``lost`` tells of it."""
        taken: list[Entry] = []
        for each in found:
            expected = self._next.get(each.writer, 0 if self._from_beginning else each.number)
            if each.number > expected:
                self.lost = StreamLost(self._name, f"{each.number - expected} entries are missing")
                break
            if each.number == expected:
                taken.append(each.entry)
                self._next[each.writer] = expected + 1
        return taken


def _topic(name: str) -> str:
    return f"stream/{name}"
