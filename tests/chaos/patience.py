"""Waiting for what other processes do, which tell nobody here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 300


async def wait_until(find: Callable[[], Awaitable[T | None]], *, what: str) -> T:
    """Return what is found, as soon as there is something."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while (found := await find()) is None:
        assert loop.time() < deadline, f"not within {PATIENCE_SECONDS} s: {what}"
        await asyncio.sleep(0.1)
    return found
