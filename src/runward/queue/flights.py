"""Flights: what several want at the same moment is asked for once, and all of them get the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Flight(Generic[Value]):
    task: asyncio.Task[Value]
    joined: int = 0


class Flights(Generic[Key, Value]):
    """Calls that are under way, by what they ask for."""

    def __init__(self) -> None:
        self._flying: dict[Key, _Flight[Value]] = {}

    async def join(self, key: Key, call: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """Return the answer of the call that is under way, or of this one; it ends with the last who waits for it."""
        flight = self._flying.get(key)
        if flight is None:
            flight = self._flying[key] = _Flight(asyncio.create_task(call()))
        flight.joined += 1
        try:
            # One who leaves must not take the answer from the others.
            return await asyncio.shield(flight.task)
        finally:
            flight.joined -= 1
            if self._flying.get(key) is flight and (flight.task.done() or not flight.joined):
                del self._flying[key]
            if not flight.joined and not flight.task.done():
                flight.task.cancel()
                await asyncio.wait({flight.task})  # it gives back what it holds, such as a connection

    def forget(self) -> None:
        """Let nobody join those under way any more: what they bring may be old."""
        self._flying.clear()
