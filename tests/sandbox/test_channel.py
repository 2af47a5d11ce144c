"""Datagrams with descriptors arrive whole or not at all, and no descriptor is left over."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from runward.sandbox.channel import MAX_DATAGRAM, MAX_FDS, Channel, ChannelClosed, close_fds
from tests.sandbox.conftest import count_descriptors


async def test_a_datagram_brings_its_bytes_and_descriptors() -> None:
    channel, theirs = Channel.pair()
    reader, writer = os.pipe()
    with theirs:
        socket.send_fds(theirs, [b"hello"], [writer])
        data, fds = await channel.receive()
    os.write(fds[0], b"through the pipe")

    assert (data, os.read(reader, 99)) == (b"hello", b"through the pipe")
    assert not os.get_inheritable(fds[0])
    close_fds([reader, writer, *fds])
    channel.close()


async def test_receiving_waits_for_what_is_to_come() -> None:
    channel, theirs = Channel.pair()
    with theirs:
        waiting = asyncio.create_task(channel.receive())
        await asyncio.sleep(0)
        assert not waiting.done()
        theirs.send(b"now")
        assert await waiting == (b"now", [])
    channel.close()


async def test_receiving_that_is_cancelled_loses_nothing() -> None:
    channel, theirs = Channel.pair()
    with theirs:
        waiting = asyncio.create_task(channel.receive())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        theirs.send(b"still there")
        assert await channel.receive() == (b"still there", [])
    channel.close()


async def test_a_full_channel_makes_the_sender_wait_and_loses_nothing() -> None:
    channel, theirs = Channel.pair()
    sent = [bytes([n]) * 4096 for n in range(200)]

    async def send_all() -> None:
        for data in sent:
            await channel.send(data)

    sending = asyncio.create_task(send_all())
    await asyncio.sleep(0)
    assert not sending.done()
    receiver = Channel(theirs)
    assert [(await receiver.receive())[0] for _ in sent] == sent
    await sending
    channel.close()
    receiver.close()


async def test_an_oversized_datagram_closes_and_leaves_no_descriptor() -> None:
    before = count_descriptors()
    channel, theirs = Channel.pair()
    with theirs, theirs.dup() as extra:
        socket.send_fds(theirs, [bytes(MAX_DATAGRAM + 1)], [extra.fileno()])
        with pytest.raises(ChannelClosed, match="oversized"):
            await channel.receive()
    channel.close()

    assert count_descriptors() == before


async def test_too_many_descriptors_close_and_leave_none() -> None:
    before = count_descriptors()
    channel, theirs = Channel.pair()
    with theirs, theirs.dup() as extra:
        socket.send_fds(theirs, [b"x"], [extra.fileno()] * (MAX_FDS + 3))
        with pytest.raises(ChannelClosed):
            await channel.receive()
    channel.close()

    assert count_descriptors() == before


async def test_the_end_of_the_other_side_is_told() -> None:
    channel, theirs = Channel.pair()
    theirs.close()

    with pytest.raises(ChannelClosed):
        await channel.receive()
    with pytest.raises(ChannelClosed):
        await channel.send(b"anyone?")
    channel.try_send(b"no error: there is nobody to tell")
    channel.close()
