# Generated from src/runward/sdk/aio/run.py by script/generate-sdk: change that, not this.
"""A run under way: its events, its output, its end."""

from __future__ import annotations

import time
from collections.abc import Generator
from uuid import UUID

from runward.sdk import call as calls
from runward.sdk.blocking.live import Live
from runward.sdk.blocking.transport import Transport
from runward.sdk.call import Id
from runward.sdk.errors import WaitTimeout
from runward.sdk.event import Event, Tail
from runward.sdk.execution import Execution, Stream

# So long one request waits for the end, below what proxies take for a broken connection.
_WAIT_SECONDS = 25.0


class Run:
    """One execution, by its id; knows nothing but that, so it may be made anew at any time."""

    def __init__(self, transport: Transport, execution_id: Id) -> None:
        self._transport = transport
        self.execution_id = UUID(str(execution_id))

    def get(self) -> Execution:
        """Return it as it is now."""
        return self._transport.send(calls.get_execution(self.execution_id))

    def wait(self, timeout_seconds: float | None = None) -> Execution:
        """Return it once it has ended; WaitTimeout when patience is over, and it goes on."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            left = _WAIT_SECONDS if deadline is None else max(0.0, deadline - time.monotonic())
            call = calls.get_execution(self.execution_id, wait_seconds=min(left, _WAIT_SECONDS))
            execution = self._transport.send(call)
            if execution.is_terminal:
                return execution
            if timeout_seconds is not None and left <= _WAIT_SECONDS:
                raise WaitTimeout(self.execution_id, seconds=timeout_seconds)

    def cancel(self) -> Execution:
        """End it, queued or running, and return it; one that has ended stays as it is."""
        self._transport.send(calls.cancel_execution(self.execution_id))
        return self.get()

    def events(self, *, after: str = "") -> Generator[Event]:
        """Yield what happens as it happens, from the beginning or after an event's position, until the result.

        A connection that breaks is made again, and goes on where it left off.
        """
        return self._transport.follow(self.execution_id, after)

    def output(self, stream: Stream = "stdout") -> Generator[str]:
        """Yield what the program writes as it writes it.  Where an attempt was lost, the next goes on from there."""
        tail = Tail(stream)
        for event in self.events():
            if data := tail.take(event):
                yield data.decode("utf-8", "replace")

    def artifact(self, path: str) -> bytes:
        """Return a file that the program wrote."""
        return self._transport.send(calls.get_artifact(self.execution_id, path))

    def connect(self, *, after: str = "") -> Live:
        """Return a live connection to it, to be entered: events come out, input and signals go in."""
        return Live(self._transport, self.execution_id, after=after)
