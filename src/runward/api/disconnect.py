"""Work that ends with its client."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

from runward.api.errors import ClientGone
from runward.domain.errors import ShuttingDown

T = TypeVar("T")


async def run_while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what the work returns; when the client goes first, cancel the work, wait for its end, raise ClientGone."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone("the client closed the connection; its run was killed")
        if task.cancelled():
            # Not by us: the engine stops what its grace period did not suffice for.
            raise ShuttingDown
        return task.result()
    finally:
        task.cancel()
        gone.cancel()
        # Also when this task is cancelled itself: nothing may go on behind its back.
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    # The body has been read, so the next message can only be the disconnect; anything else is passed over.
    while (await request.receive())["type"] != "http.disconnect":
        pass
