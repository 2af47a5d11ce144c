"""The bus that many processes share: a local one, and a wire that carries its hints to the others' and theirs to it."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import structlog

from runward.queue.bus import Hint, LocalBus

_log = structlog.get_logger()

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0
# Beyond, the oldest are forgotten: while the wire is down nobody hears them in time anyway.
_MOST_WAITING = 10_000
# PostgreSQL takes less than 8,000 bytes in a notification.
_MOST_BYTES_IN_A_MESSAGE = 7_000
_CLOSES_WITHIN_SECONDS = 1.0


class WireDown(Exception):
    """The wire's server cannot be reached, or the connection to it is lost."""


class Wire(Protocol):
    """One connection to a server, through which each who is connected hears what any of them sends."""

    name: str

    async def connect(self, heard: Callable[[str], None]) -> None:
        """Connect, and from then on pass on what is heard; raise WireDown."""

    async def send(self, message: str) -> None:
        """Send to all; raise WireDown."""

    async def lost(self) -> str:
        """Return, once the connection is lost, why."""

    async def disconnect(self) -> None:
        """Give the connection up, whatever its state; whoever awaits ``lost`` returns."""


class SharedBus:
    """The bus over a wire.

    Whoever waits in this process is woken at once; others are through the wire, several hints in one message.  After a
    time without the wire everybody is woken: hints may have been missed.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._local = LocalBus()
        # Our own messages come back to us; they were heard already.
        self._origin = secrets.token_hex(8)
        self._waiting: dict[str, None] = {}
        self._any_waiting = asyncio.Event()
        self._connected = asyncio.Event()
        self._tried = asyncio.Event()
        self._closing = False
        self._keeper: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Tell whether hints reach other processes now."""
        return self._connected.is_set()

    async def open(self) -> None:
        """Connect; where the server is away, say so in the log and go on trying."""
        self._keeper = asyncio.create_task(self._keep_connected())
        self._sender = asyncio.create_task(self._send_all())
        await self._tried.wait()

    async def close(self) -> None:
        """Send what waits, and disconnect."""
        self._closing = True
        self._any_waiting.set()
        tasks = {task for task in (self._sender, self._keeper) if task is not None}
        if self._sender is not None and self.connected:
            await asyncio.wait({self._sender}, timeout=_CLOSES_WITHIN_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._connected.clear()
        await self._wire.disconnect()

    def publish(self, topic: str) -> None:
        """Tell everyone who waits on the topic; never waits."""
        self._local.publish(topic)
        if len(self._waiting) >= _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[topic] = None
        self._any_waiting.set()

    def subscribe(self, topic: str) -> AbstractContextManager[Hint]:
        """Yield, within the block, a hint that is set whenever something is published on the topic."""
        return self._local.subscribe(topic)

    async def _keep_connected(self) -> None:
        wait, told = _FIRST_WAIT_SECONDS, False
        while True:
            try:
                await self._wire.connect(self._hear)
            except WireDown as error:
                reason = str(error)
            else:
                if told:
                    _log.info("bus_connected", bus=self._wire.name)
                wait, told = _FIRST_WAIT_SECONDS, False
                self._connected.set()
                self._local.wake_all()
                self._tried.set()
                reason = await self._wire.lost()
                self._connected.clear()
            await self._wire.disconnect()
            if not told:
                _log.warning("bus_disconnected", bus=self._wire.name, reason=reason, effect="runs start and end later")
                told = True
            self._tried.set()
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311  (so that not all come back at once)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    async def _send_all(self) -> None:
        while self._waiting or not self._closing:
            await self._any_waiting.wait()
            await self._connected.wait()
            topics = self._take_waiting()
            try:
                await self._wire.send("\n".join([self._origin, *topics]))
            except WireDown:
                self._connected.clear()
                await self._wire.disconnect()
                self._waiting = {**dict.fromkeys(topics), **self._waiting}

    def _take_waiting(self) -> list[str]:
        # Before they are sent: one that is published meanwhile tells of a later change, and has to be sent again.
        topics: list[str] = []
        size = 0
        while self._waiting and size < _MOST_BYTES_IN_A_MESSAGE:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            topics.append(topic)
            size += len(topic.encode()) + 1
        if not self._waiting and not self._closing:
            self._any_waiting.clear()
        return topics

    def _hear(self, message: str) -> None:
        origin, *topics = message.split("\n")
        if origin != self._origin:
            for topic in topics:
                self._local.publish(topic)
