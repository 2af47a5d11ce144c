"""Executions, by their ids."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from runward.sdk.aio.run import AsyncRun
from runward.sdk.aio.transport import AsyncTransport
from runward.sdk.call import Id
from runward.sdk.event import Event
from runward.sdk.execution import Execution


class AsyncExecutions:
    """The executions of one server that the caller may see."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def follow(self, execution_id: Id) -> AsyncRun:
        """Return the run of this id, without asking the server whether there is one."""
        return AsyncRun(self._transport, execution_id)

    async def get(self, execution_id: Id) -> Execution:
        """Return it as it is now."""
        return await self.follow(execution_id).get()

    async def wait(self, execution_id: Id, timeout_seconds: float | None = None) -> Execution:
        """Return it once it has ended; WaitTimeout when patience is over."""
        return await self.follow(execution_id).wait(timeout_seconds)

    async def cancel(self, execution_id: Id) -> Execution:
        """End it, and return it."""
        return await self.follow(execution_id).cancel()

    def events(self, execution_id: Id, *, after: str = "") -> AsyncGenerator[Event]:
        """Yield what happens as it happens, until the result."""
        return self.follow(execution_id).events(after=after)

    async def artifact(self, execution_id: Id, path: str) -> bytes:
        """Return a file that the program wrote."""
        return await self.follow(execution_id).artifact(path)
