"""A run under way: its events, its output, its end."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from uuid import UUID

from runward.sdk import call as calls
from runward.sdk.aio.live import AsyncLive
from runward.sdk.aio.transport import AsyncTransport
from runward.sdk.call import Id
from runward.sdk.errors import WaitTimeout
from runward.sdk.event import Event, Tail
from runward.sdk.execution import Execution, Stream

# So long one request waits for the end, below what proxies take for a broken connection.
_WAIT_SECONDS = 25.0


class AsyncRun:
    """One execution, by its id; knows nothing but that, so it may be made anew at any time."""

    def __init__(self, transport: AsyncTransport, execution_id: Id) -> None:
        self._transport = transport
        self.execution_id = UUID(str(execution_id))

    async def get(self) -> Execution:
        """Return it as it is now."""
        return await self._transport.send(calls.get_execution(self.execution_id))

    async def wait(self, timeout_seconds: float | None = None) -> Execution:
        """Return it once it has ended; WaitTimeout when patience is over, and it goes on."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            left = _WAIT_SECONDS if deadline is None else max(0.0, deadline - time.monotonic())
            call = calls.get_execution(self.execution_id, wait_seconds=min(left, _WAIT_SECONDS))
            execution = await self._transport.send(call)
            if execution.is_terminal:
                return execution
            if timeout_seconds is not None and left <= _WAIT_SECONDS:
                raise WaitTimeout(self.execution_id, seconds=timeout_seconds)

    async def cancel(self) -> Execution:
        """End it, queued or running, and return it; one that has ended stays as it is."""
        await self._transport.send(calls.cancel_execution(self.execution_id))
        return await self.get()

    def events(self, *, after: str = "") -> AsyncGenerator[Event]:
        """Yield what happens as it happens, from the beginning or after an event's position, until the result.

        A connection that breaks is made again, and goes on where it left off.
        """
        return self._transport.follow(self.execution_id, after)

    async def output(self, stream: Stream = "stdout") -> AsyncGenerator[str]:
        """Yield what the program writes as it writes it.  Where an attempt was lost, the next goes on from there."""
        tail = Tail(stream)
        async for event in self.events():
            if data := tail.take(event):
                yield data.decode("utf-8", "replace")

    async def artifact(self, path: str) -> bytes:
        """Return a file that the program wrote."""
        return await self._transport.send(calls.get_artifact(self.execution_id, path))

    def connect(self, *, after: str = "") -> AsyncLive:
        """Return a live connection to it, to be entered: events come out, input and signals go in."""
        return AsyncLive(self._transport, self.execution_id, after=after)
