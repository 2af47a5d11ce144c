"""What an event stream leaves behind: nothing."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from weakref import ref

import pytest
from starlette.types import Message

from runward.api.event_stream import EventStream


class Client:
    """The server's side of a connection to a client that leaves when told to, and reads or not."""

    def __init__(self, *, reads: bool) -> None:
        self.leaves, self.heard, self.sent = asyncio.Event(), asyncio.Event(), list[Message]()
        self._reads = reads

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body":
            self.heard.set()
            if not self._reads:
                await asyncio.Event().wait()


class Source:
    """Yields a few pieces, then waits."""

    def __init__(self, *pieces: bytes, waits: bool) -> None:
        self._pieces, self._waits, self.closed = pieces, waits, False
        self.waiting = asyncio.Event()

    async def pieces(self) -> AsyncGenerator[bytes | memoryview]:
        try:
            for piece in self._pieces:
                yield piece
            self.waiting.set()
            if self._waits:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def serve(client: Client, source: Source) -> None:
    await EventStream(source.pieces())({"type": "http"}, client.receive, client.send)


async def test_all_is_sent_and_the_end_is_told() -> None:
    client, source = Client(reads=True), Source(b"one", b"two", waits=False)

    await serve(client, source)

    start, *body = client.sent
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert [(each["body"], each["more_body"]) for each in body] == [(b"one", True), (b"two", True), (b"", False)]
    assert source.closed


@pytest.mark.parametrize("reads", [True, False])
async def test_source_is_closed_at_once_when_the_client_leaves(*, reads: bool) -> None:
    client, source = Client(reads=reads), Source(b"one", waits=True)
    serving = asyncio.create_task(serve(client, source))
    await client.heard.wait()

    client.leaves.set()
    async with asyncio.timeout(30):
        await serving

    assert source.closed


async def test_client_that_left_needs_no_collector() -> None:
    client, source = Client(reads=True), Source(b"one", waits=True)
    serving = asyncio.create_task(serve(client, source))
    await source.waiting.wait()
    gc.disable()
    try:
        client.leaves.set()
        await serving
        gone = ref(source)
        del client, source, serving
        assert gone() is None
    finally:
        gc.enable()
