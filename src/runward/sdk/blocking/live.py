# Generated from src/runward/sdk/aio/live.py by script/generate-sdk: change that, not this.
"""A live connection to an execution: what happens comes out, input and signals go in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from uuid import UUID

from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from runward.sdk import call as calls
from runward.sdk.blocking.transport import Transport
from runward.sdk.errors import NotFound, ServerUnreachable, error_of
from runward.sdk.event import Event, ResultEvent, message_event
from runward.sdk.message import (
    SignalName,
    cancel_message,
    eof_message,
    resize_message,
    signal_message,
    stdin_messages,
)

_CLOSE_SECONDS = 2.0
_OPEN_SECONDS = 10.0


class Live:
    """Iterate for the events up to the result; send meanwhile.

    Where the connection breaks, iterating and sending raise ServerUnreachable: what was sent last may or may not have
    arrived, and input that is sent twice would be read twice.  ``connect(after=live.position)`` makes a new one.
    """

    def __init__(self, transport: Transport, execution_id: UUID, *, after: str) -> None:
        self._transport, self._execution_id = transport, execution_id
        self._socket: ClientConnection | None = None
        self._stack = ExitStack()
        self.position = after

    def __enter__(self) -> Self:
        path = f"{calls.execution_path(self._execution_id)}/ws?after={self.position}"
        try:
            connecting = connect(
                f"{self._transport.address.socket_url}{path}",
                additional_headers=self._transport.credentials(),
                compression=None,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                max_size=None,
            )
            self._socket = self._stack.enter_context(connecting)
        except InvalidStatus as error:
            answer = error.response
            raise error_of(answer.status_code, answer.headers, bytes(answer.body or b"")) from error
        except (OSError, InvalidHandshake, EOFError) as error:
            raise ServerUnreachable(f"no live connection can be made: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[Event]:
        while True:
            try:
                event = message_event(self._open().recv())
            except ConnectionClosedOK as error:
                detail = f"the execution {self._execution_id} was deleted while it was followed"
                raise NotFound(status=404, code="execution_not_found", detail=detail) from error
            except ConnectionClosed as error:
                raise _lost(error) from error
            if event is None:
                continue
            self.position = event.position or self.position
            yield event
            if isinstance(event, ResultEvent):
                return

    def send(self, data: str | bytes) -> None:
        """Give the program input; what it has not read yet waits for it."""
        for message in stdin_messages(data):
            self._send(message)

    def eof(self) -> None:
        """End the program's input."""
        self._send(eof_message())

    def signal(self, name: SignalName) -> None:
        """Send the program a signal."""
        self._send(signal_message(name))

    def resize(self, rows: int, columns: int) -> None:
        """Tell the program its terminal's new size."""
        self._send(resize_message(rows, columns))

    def cancel(self) -> None:
        """End the execution."""
        self._send(cancel_message())

    def _send(self, message: str) -> None:
        try:
            self._open().send(message)
        except ConnectionClosedOK:
            return  # the execution has ended: nobody is there to read it, and iterating brings the result
        except ConnectionClosed as error:
            raise _lost(error) from error

    def _open(self) -> ClientConnection:
        assert self._socket is not None, "a live connection is to be entered: with run.connect() as live"
        return self._socket


def _lost(error: ConnectionClosed) -> ServerUnreachable:
    return ServerUnreachable(f"the live connection was lost: {error}")
