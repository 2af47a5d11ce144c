"""The live connection to an execution: what happens comes out, input and signals go in."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import signal
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from runward.accounts.identity import Identity
from runward.api.authentication import Gate, socket_protocol
from runward.api.routes.executions import ExecutionAccess, check_position, first_event, told
from runward.domain.access import Scope
from runward.domain.errors import RequestError, RunwardError
from runward.executions import Executions
from runward.executions.events import ExecutionEvent
from runward.executions.inbox import pack_eof, pack_resize, pack_signal, pack_stdin
from runward.queue.streams import MOST_BYTES as STREAM_BYTES
from runward.store.executions import Execution, ExecutionNotFound
from runward.telemetry.metrics import Metrics, Transport

# Of all messages of one connection that the program has not read yet there may be more, in its bounded stream.
_MOST_BYTES = 64 * 1024
# No one connection may fill the stream that all of them go into.
_MOST_TAKEN = STREAM_BYTES // 2
_SIGNALS = {
    name: getattr(signal, f"SIG{name}").value for name in ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "KILL")
}
# RFC 6455, 7.4: policy violation; too big is told by the protocol itself.
_POLICY = 1008
# Of IANA's registry: try again later.
_TRY_AGAIN = 1013


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Stdin(_Message):
    """Input for the program, as text or base64."""

    type: Literal["stdin"]
    text: str | None = None
    base64: str | None = None

    def content(self) -> bytes:
        """Return the bytes."""
        try:
            return (self.text or "").encode() if self.base64 is None else base64.b64decode(self.base64, validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raise RequestError("stdin must be text of whole characters, or valid base64") from None


class Eof(_Message):
    """The end of the program's input."""

    type: Literal["eof"]


class Signal(_Message):
    """A signal for the program."""

    type: Literal["signal"]
    signal: Literal["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "KILL"]


class Resize(_Message):
    """The new size of the program's terminal."""

    type: Literal["resize"]
    rows: int = Field(ge=1, le=1000)
    columns: int = Field(ge=1, le=1000)


class Cancel(_Message):
    """The end of the execution."""

    type: Literal["cancel"]


Message = Stdin | Eof | Signal | Resize | Cancel
_MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def live_routes(
    executions: Executions, gate: Gate, check_origin: Callable[[WebSocket], bool], metrics: Metrics
) -> APIRouter:
    """Return the WebSocket route."""
    router = APIRouter(prefix="/executions")
    access, allow = ExecutionAccess(executions, gate), gate.allow
    runner = Depends(allow(Scope.EXECUTIONS_RUN))

    @router.websocket("/{execution_id}/ws")
    async def live(
        socket: WebSocket,
        execution_id: UUID,
        identity: Identity = runner,
        after: str = "",
    ) -> None:
        if not check_origin(socket):
            await socket.close(_POLICY, "this origin may not connect; see CORS_ORIGINS")
            return
        execution = await access.get(identity, execution_id)
        check_position(after)
        await socket.accept(socket_protocol(socket))
        with metrics.listening(Transport.WEBSOCKET):
            await _Connection(socket, executions, execution).serve(after)

    return router


class _Connection:
    def __init__(self, socket: WebSocket, executions: Executions, execution: Execution) -> None:
        self._socket, self._executions, self._execution = socket, executions, execution
        self._taken = 0

    async def serve(self, after: str) -> None:
        """Pass on in both directions until the execution has ended or the client has left."""
        sender = asyncio.create_task(self._send_events(after))
        tasks = {sender}
        if not self._execution.status.is_terminal:  # nobody reads what is sent to a program that has ended
            tasks.add(asyncio.create_task(self._receive()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        with suppress(WebSocketDisconnect):  # the client may leave at any moment: that is no error
            await self._close(sender, tasks)

    async def _close(self, sender: asyncio.Task[None], tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            if not task.cancelled() and isinstance(error := task.exception(), Exception):
                if not isinstance(error, RunwardError):
                    raise error
                await self._socket.close(_TRY_AGAIN, str(error)[:120])
                return
        if not sender.cancelled():
            await self._socket.close()

    async def _send_events(self, after: str) -> None:
        first = first_event(self._execution)
        if first is not None and not after:
            await self._socket.send_json({"type": first.kind, **first.data})
        async with aclosing(self._executions.listen(self._execution, after=after)) as source:
            async for events in source:
                for event in events:
                    await self._send(event)

    async def _send(self, event: ExecutionEvent) -> None:
        try:
            data = json.loads(await told(self._executions, event, self._execution.id))
        except ExecutionNotFound:
            return
        position = {"id": event.position} if event.position else {}
        await self._socket.send_json({"type": event.kind, **position, **data})

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._take(message.get("text"))
            except RunwardError as error:
                await self._socket.send_json({"type": "error", "code": error.code, "detail": str(error)})

    async def _take(self, text: str | None) -> None:
        if text is None:
            raise RequestError("a message must be text that holds JSON, not bytes")
        if len(text) > _MOST_BYTES:
            raise RequestError(f"a message may be {_MOST_BYTES} characters long; send more of them")
        self._taken += len(text)
        if self._taken > _MOST_TAKEN:
            raise RequestError(f"one connection takes {_MOST_TAKEN} characters in all, and no more of them")
        try:
            message = _MESSAGES.validate_json(text)
        except ValidationError as error:
            faults = "; ".join(fault["msg"] for fault in error.errors(include_url=False, include_input=False))
            raise RequestError(f"the message is not understood: {faults}") from None
        await self._carry_out(message)

    async def _carry_out(self, message: Message) -> None:
        execution_id, send = self._execution.id, self._executions.send
        match message:
            case Stdin():
                self._check_interactive()
                send(execution_id, pack_stdin(message.content()))
            case Eof():
                self._check_interactive()
                send(execution_id, pack_eof())
            case Signal():
                send(execution_id, pack_signal(_SIGNALS[message.signal]))
            case Resize():
                send(execution_id, pack_resize(message.rows, message.columns))
            case Cancel():
                await self._executions.cancel(execution_id, reason="by its user")

    def _check_interactive(self) -> None:
        if not self._execution.request.get("interactive"):
            raise RequestError("the program was not started with interactive: true, so its input is fixed")
