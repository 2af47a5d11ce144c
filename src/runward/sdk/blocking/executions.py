# Generated from src/runward/sdk/aio/executions.py by script/generate-sdk: change that, not this.
"""Executions, by their ids."""

from __future__ import annotations

from collections.abc import Generator

from runward.sdk.blocking.run import Run
from runward.sdk.blocking.transport import Transport
from runward.sdk.call import Id
from runward.sdk.event import Event
from runward.sdk.execution import Execution


class Executions:
    """The executions of one server that the caller may see."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def follow(self, execution_id: Id) -> Run:
        """Return the run of this id, without asking the server whether there is one."""
        return Run(self._transport, execution_id)

    def get(self, execution_id: Id) -> Execution:
        """Return it as it is now."""
        return self.follow(execution_id).get()

    def wait(self, execution_id: Id, timeout_seconds: float | None = None) -> Execution:
        """Return it once it has ended; WaitTimeout when patience is over."""
        return self.follow(execution_id).wait(timeout_seconds)

    def cancel(self, execution_id: Id) -> Execution:
        """End it, and return it."""
        return self.follow(execution_id).cancel()

    def events(self, execution_id: Id, *, after: str = "") -> Generator[Event]:
        """Yield what happens as it happens, until the result."""
        return self.follow(execution_id).events(after=after)

    def artifact(self, execution_id: Id, path: str) -> bytes:
        """Return a file that the program wrote."""
        return self.follow(execution_id).artifact(path)
