"""What the inbox promises to a program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from runward.executions.events import input_stream
from runward.executions.inbox import Inbox, pack_eof, pack_signal, pack_stdin
from runward.queue.streams import LocalStreams, StreamLost

EXECUTION_ID = uuid4()
NAME = input_stream(EXECUTION_ID)


@asynccontextmanager
async def received(streams: LocalStreams, signals: list[int]) -> AsyncIterator[Inbox]:
    inbox = Inbox(streams, EXECUTION_ID, signal=signals.append, resize=lambda _rows, _columns: None)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        receiver = group.create_task(inbox.receive())
        yield inbox
        receiver.cancel()


async def test_input_comes_in_order_until_its_end() -> None:
    streams, signals = LocalStreams(), list[int]()
    for message in (pack_stdin(b"one"), pack_signal(2), pack_stdin(b"two"), pack_eof(), pack_stdin(b"too late")):
        streams.append(NAME, message)

    async with received(streams, signals) as inbox:
        assert [chunk async for chunk in inbox.stdin()] == [b"one", b"two"]
    assert signals == [2]


async def test_program_is_not_given_input_with_a_hole() -> None:
    streams = LocalStreams(most_bytes=100)
    assert streams.append(NAME, pack_stdin(b"one"))
    assert not streams.append(NAME, pack_stdin(b"x" * 100))
    assert not streams.append(NAME, pack_stdin(b"two"))

    async with received(streams, []) as inbox:
        source = inbox.stdin()
        assert await anext(source) == b"one"
        with pytest.raises(StreamLost, match="full"):
            await anext(source)


async def test_what_is_lost_after_the_end_of_the_input_is_no_loss() -> None:
    streams = LocalStreams(most_bytes=100)
    streams.append(NAME, pack_stdin(b"one"))
    streams.append(NAME, pack_eof())
    assert not streams.append(NAME, b"x" * 100)

    async with received(streams, []) as inbox:
        assert [chunk async for chunk in inbox.stdin()] == [b"one"]
