"""A live connection to an execution: what happens comes out, input and signals go in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidStatus

from runward.sdk import call as calls
from runward.sdk.aio.transport import AsyncTransport
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


class AsyncLive:
    """Iterate for the events up to the result; send meanwhile.

    Where the connection breaks, iterating and sending raise ServerUnreachable: what was sent last may or may not have
    arrived, and input that is sent twice would be read twice.  ``connect(after=live.position)`` makes a new one.
    """

    def __init__(self, transport: AsyncTransport, execution_id: UUID, *, after: str) -> None:
        self._transport, self._execution_id = transport, execution_id
        self._socket: ClientConnection | None = None
        self._stack = AsyncExitStack()
        self.position = after

    async def __aenter__(self) -> Self:
        path = f"{calls.execution_path(self._execution_id)}/ws?after={self.position}"
        try:
            connecting = connect(
                f"{self._transport.address.socket_url}{path}",
                additional_headers=await self._transport.credentials(),
                compression=None,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                max_size=None,
            )
            self._socket = await self._stack.enter_async_context(connecting)
        except InvalidStatus as error:
            answer = error.response
            raise error_of(answer.status_code, answer.headers, bytes(answer.body or b"")) from error
        except (OSError, InvalidHandshake, EOFError) as error:
            raise ServerUnreachable(f"no live connection can be made: {error}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            try:
                event = message_event(await self._open().recv())
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

    async def send(self, data: str | bytes) -> None:
        """Give the program input; what it has not read yet waits for it."""
        for message in stdin_messages(data):
            await self._send(message)

    async def eof(self) -> None:
        """End the program's input."""
        await self._send(eof_message())

    async def signal(self, name: SignalName) -> None:
        """Send the program a signal."""
        await self._send(signal_message(name))

    async def resize(self, rows: int, columns: int) -> None:
        """Tell the program its terminal's new size."""
        await self._send(resize_message(rows, columns))

    async def cancel(self) -> None:
        """End the execution."""
        await self._send(cancel_message())

    async def _send(self, message: str) -> None:
        try:
            await self._open().send(message)
        except ConnectionClosedOK:
            return  # the execution has ended: nobody is there to read it, and iterating brings the result
        except ConnectionClosed as error:
            raise _lost(error) from error

    def _open(self) -> ClientConnection:
        assert self._socket is not None, "a live connection is to be entered: with run.connect() as live"
        return self._socket


def _lost(error: ConnectionClosed) -> ServerUnreachable:
    return ServerUnreachable(f"the live connection was lost: {error}")
