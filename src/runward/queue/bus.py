"""The bus: short hints from whoever changed a row to whoever waits for that, here or on another host."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

# A row was queued; no payload.
WORK = "work"


def cancel_topic(execution_id: object) -> str:
    """Return the topic on which the holder of a run learns that it is to end."""
    return f"cancel/{execution_id}"


def ended_topic(execution_id: object) -> str:
    """Return the topic on which listeners learn that an execution has ended."""
    return f"ended/{execution_id}"


class Hint(asyncio.Event):
    """Set when something was published on its topic; its owner clears it, then looks at the row."""


class Bus(Protocol):
    """Passes hints on.  They may be lost, never late by much; so who waits also looks by itself now and then."""

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""

    def publish(self, topic: str) -> None:
        """Tell everyone who waits on the topic; never waits."""

    def subscribe(self, topic: str) -> AbstractContextManager[Hint]:
        """Yield, within the block, a hint that is set whenever something is published on the topic."""


class LocalBus:
    """The bus within one process, and the near end of those that reach further."""

    def __init__(self) -> None:
        self._hints: dict[str, set[Hint]] = {}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    def publish(self, topic: str) -> None:
        """Wake who waits."""
        for hint in self._hints.get(topic, ()):
            hint.set()

    def wake_all(self) -> None:
        """Wake everybody: nobody knows what was missed."""
        for hints in self._hints.values():
            for hint in hints:
                hint.set()

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Hint]:
        """Yield a hint that is set whenever something is published."""
        hint = Hint()
        self._hints.setdefault(topic, set()).add(hint)
        try:
            yield hint
        finally:
            hints = self._hints[topic]
            hints.discard(hint)
            if not hints:
                del self._hints[topic]
