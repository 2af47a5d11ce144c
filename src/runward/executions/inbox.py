"""The inbox: what a running program is sent, as it passes through a stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

from runward.domain.errors import RequestError
from runward.executions.events import input_stream
from runward.executions.request import bytes_from_json, bytes_to_json
from runward.queue.streams import StreamLost, Streams


class InboxFull(RequestError):
    """A program was sent more than is kept for it."""

    code = "inbox_full"

    def __init__(self) -> None:
        super().__init__("the program was sent more than is kept for it, and gets nothing after that; run it again")


def pack_stdin(data: bytes) -> bytes:
    """Return the message that gives the program input."""
    return json.dumps({"stdin": bytes_to_json(data)}).encode()


def pack_eof() -> bytes:
    """Return the message that ends the program's input."""
    return b'{"eof": true}'


def pack_signal(number: int) -> bytes:
    """Return the message that sends the program a signal."""
    return json.dumps({"signal": number}).encode()


def pack_resize(rows: int, columns: int) -> bytes:
    """Return the message that tells the program its terminal's new size."""
    return json.dumps({"resize": [rows, columns]}).encode()


class Inbox:
    """Reads what comes; the program's input as an iterator, the rest as calls, of which ``called`` remembers."""

    def __init__(
        self, streams: Streams, execution_id: UUID, *, signal: Callable[[int], None], resize: Callable[[int, int], None]
    ) -> None:
        self._streams, self._name = streams, input_stream(execution_id)
        self._signal, self._resize = signal, resize
        self.called = False
        self._ended = False
        # One chunk: who sends more than the program reads waits in the stream, whose size is bounded.
        self._chunks: asyncio.Queue[bytes | StreamLost | None] = asyncio.Queue(1)

    async def stdin(self) -> AsyncIterator[bytes]:
        """Yield the input as it comes, until its end; raise StreamLost where some of it is missing."""
        while (chunk := await self._chunks.get()) is not None:
            if isinstance(chunk, StreamLost):
                raise chunk
            yield chunk

    async def receive(self) -> None:
        """Take what comes until the stream ends, or this is cancelled."""
        try:
            async with aclosing(self._streams.read(self._name)) as batches:
                async for batch in batches:
                    for entry in batch:
                        await self._take(json.loads(entry.data))
        except StreamLost as lost:
            if not self._ended:
                await self._chunks.put(lost)

    async def _take(self, message: dict[str, Any]) -> None:
        if "signal" in message:
            self.called = True
            self._signal(message["signal"])
        elif "resize" in message:
            self.called = True
            self._resize(*message["resize"])
        elif self._ended:
            return
        elif "stdin" in message:
            await self._chunks.put(bytes_from_json(message["stdin"]))
        elif "eof" in message:
            self._ended = True
            await self._chunks.put(None)
