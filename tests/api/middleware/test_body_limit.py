"""A body that comes too slowly is not waited for, though it is passed on as it comes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from runward.api.errors import BodyTooLarge, BodyTooSlow
from runward.api.middleware.body_limit import BodyLimitMiddleware
from runward.domain.limits import MIB


async def read_all(_scope: Any, receive: Any, send: Any) -> None:
    """Stand for a route that reads its body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "read", "size": size})


async def passed(pieces: AsyncIterator[bytes], *, limit_bytes: int = 4 * MIB) -> int:
    """Return how much of a body arrives that comes in these pieces."""
    middleware = BodyLimitMiddleware(read_all, limit_bytes=1, streams={"/uploads": limit_bytes})
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        piece = await anext(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message: Any) -> None:
        told.append(message["size"])

    scope = {"type": "http", "method": "POST", "path": "/uploads", "headers": []}
    await middleware(scope, receive, send)
    return told[0]


class Hurry(selectors.DefaultSelector):
    """Waits for nothing: where there is nothing to do for a time, that time is over at once."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready."""
        self.skipped += timeout or 0.0
        return super().select(0)


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock tells of the time that was skipped."""

    def __init__(self) -> None:
        self._hurry = Hurry()
        super().__init__(self._hurry)

    def time(self) -> float:
        """Return the time."""
        return super().time() + self._hurry.skipped


def in_a_hurry(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(work)


async def every(seconds: float, piece: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        await asyncio.sleep(seconds)
        yield piece


def test_what_comes_steadily_may_take_long() -> None:
    assert in_a_hurry(passed(every(20, b"x" * MIB, 4))) == 4 * MIB


def test_what_comes_in_drops_is_not_waited_for() -> None:
    with pytest.raises(BodyTooSlow):
        in_a_hurry(passed(every(5, b"x", 100)))


def test_what_is_too_large_is_told_as_soon_as_it_is() -> None:
    with pytest.raises(BodyTooLarge):
        in_a_hurry(passed(every(0, b"x" * MIB, 5)))
