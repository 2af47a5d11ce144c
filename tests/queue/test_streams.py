"""What all streams promise."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from runward.queue.redis import open_redis
from runward.queue.streams import Entry, LocalStreams, StreamLost, Streams, position_key
from tests.queue.conftest import eventually, redis_streams
from tests.servers.redis import Redis

Pair = tuple[Streams, Streams]
Batches = AsyncGenerator[Sequence[Entry]]


def unique_name() -> str:
    return f"out/{uuid4()}"


async def read_all(batches: Batches) -> list[bytes]:
    async with asyncio.timeout(30), contextlib.aclosing(batches):
        return [entry.data async for batch in batches for entry in batch]


async def take(batches: Batches, count: int) -> list[Entry]:
    """Return the next entries; so many must end a batch."""
    taken: list[Entry] = []
    async with asyncio.timeout(30):
        while len(taken) < count:
            taken += await anext(batches)
    assert len(taken) == count
    return taken


async def test_entries_arrive_in_order_and_end_with_the_last(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name, written = unique_name(), [bytes([number % 256]) * number for number in range(500)]

    for data in written[:-1]:
        writer.append(name, data)
    writer.append(name, written[-1], last=True)

    assert await read_all(reader.read(name)) == written


async def test_who_waits_is_told_as_it_goes(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    entries = reader.read(name)
    first = asyncio.ensure_future(take(entries, 1))
    await asyncio.sleep(0)  # it waits before the stream is there

    writer.append(name, b"one")
    assert [entry.data for entry in await first] == [b"one"]
    writer.append(name, b"two", last=True)

    assert await read_all(entries) == [b"two"]


async def test_a_reader_goes_on_after_a_position_and_positions_grow(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    for number in range(10):
        writer.append(name, b"%d" % number)
    entries = await take(reader.read(name), 10)
    writer.append(name, b"end", last=True)

    assert [position_key(entry.position) for entry in entries] == sorted(
        {position_key(entry.position) for entry in entries}
    )
    assert await read_all(reader.read(name, after=entries[6].position)) == [b"7", b"8", b"9", b"end"]


async def test_many_readers_each_get_everything(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name, written = unique_name(), [b"%d" % number for number in range(100)]
    readings = [asyncio.ensure_future(read_all(reader.read(name))) for _ in range(50)]

    for data in written:
        writer.append(name, data)
        await asyncio.sleep(0)
    writer.append(name, b"end", last=True)

    assert await asyncio.gather(*readings) == [[*written, b"end"]] * 50


async def test_what_comes_after_the_last_entry_is_not_taken(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()

    writer.append(name, b"end", last=True)
    writer.append(name, b"too late")

    assert await read_all(reader.read(name)) == [b"end"]


async def test_who_reads_at_a_position_that_never_was_is_told(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    writer.append(name, b"one")
    await take(reader.read(name), 1)

    with pytest.raises(StreamLost):
        await take(reader.read(name, after="99999999999999-0"), 1)


async def test_a_stream_is_whole_once_it_was_closed_and_for_a_while(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    writer.append(name, b"one")
    await take(reader.read(name), 1)
    before = await reader.is_whole(name)
    writer.append(name, b"end", last=True)
    await read_all(reader.read(name))

    assert not before
    assert await reader.is_whole(name)
    await eventually(lambda: is_gone(reader, name))


async def test_what_is_there_comes_at_once_but_never_all_of_much(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    few, much = unique_name(), unique_name()
    for number in range(40):
        writer.append(few, b"%d" % number, last=number == 9)
        writer.append(much, b"x" * 20_000, last=number == 39)
    await read_all(reader.read(few))
    await read_all(reader.read(much))

    assert [len(batch) async for batch in reader.read(few)] == [10]
    assert len([batch async for batch in reader.read(much)]) > 1


async def test_silence_is_told(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    writer.append(name, b"one")
    batches = reader.read(name)

    assert len(await take(batches, 1)) == 1
    async with asyncio.timeout(30):
        assert len(await anext(batches)) == 0
    writer.append(name, b"end", last=True)

    assert await read_all(batches) == [b"end"]


async def test_who_leaves_in_silence_keeps_nobody_from_reading_on(streams_of_two: Pair) -> None:
    writer, reader = streams_of_two
    name = unique_name()
    stays, leaves = (asyncio.ensure_future(read_all(reader.read(name))) for _ in range(2))
    await asyncio.sleep(0)
    leaves.cancel()
    await asyncio.wait({leaves})
    writer.append(name, b"one")
    writer.append(name, b"end", last=True)

    assert await stays == [b"one", b"end"]


async def test_what_is_beyond_the_bound_is_refused_and_readers_are_told() -> None:
    streams = LocalStreams(most_bytes=10)
    assert streams.append("out/1", b"12345")
    assert not streams.append("out/1", b"123456")
    assert not streams.append("out/1", b"1")  # it would stand after a gap
    streams.append("out/1", b"end", last=True)
    batches = streams.read("out/1")

    assert [entry.data for entry in await take(batches, 1)] == [b"12345"]
    with pytest.raises(StreamLost, match="full after 10 bytes"):
        await take(batches, 1)
    assert not await streams.is_whole("out/1")
    await streams.close()


async def test_what_is_too_much_for_a_redis_that_is_away_is_refused_and_readers_are_told() -> None:
    name, block = unique_name(), b"x" * 1024 * 1024
    with Redis() as server:
        async with redis_streams(server.url) as writer, redis_streams(server.url) as reader:
            assert writer.append(name, b"first")
            batches = reader.read(name)
            await take(batches, 1)
            await asyncio.to_thread(server.kill9)
            taken = [writer.append(name, block) for _ in range(20)]
            await asyncio.to_thread(server.start)
            await eventually(lambda: is_taken(writer, name))

            assert 10 < sum(taken) < 20
            with pytest.raises(StreamLost, match="entries are missing"):
                await read_all(batches)


async def test_readers_at_the_same_place_ask_redis_together(redis: Redis) -> None:
    def count_asked() -> int:
        told = redis.run("redis-cli", "-u", redis.url, "info", "commandstats")
        found = re.search(r"cmdstat_xrange:calls=(\d+)", told)
        return int(found[1]) if found else 0

    name = unique_name()
    async with redis_streams(redis.url) as writer, redis_streams(redis.url) as reader:
        before = await asyncio.to_thread(count_asked)
        readers = [reader.read(name) for _ in range(100)]
        for number in range(10):
            writer.append(name, b"%d" % number)
            heard = await asyncio.gather(*(take(each, 1) for each in readers))
            assert [entry.data for (entry,) in heard] == [b"%d" % number] * 100
        asked = await asyncio.to_thread(count_asked) - before
        for each in readers:
            await each.aclose()

        assert 10 <= asked < 100


async def test_two_processes_may_write_to_one_stream(redis_url: str) -> None:
    name = unique_name()
    async with redis_streams(redis_url) as one, redis_streams(redis_url) as two, redis_streams(redis_url) as reader:
        entries = reader.read(name)
        one.append(name, b"of one")
        first = await take(entries, 1)
        two.append(name, b"of two")
        second = await take(entries, 1)
        one.append(name, b"of one again", last=True)

        assert [entry.data for entry in first + second] == [b"of one", b"of two"]
        assert await read_all(entries) == [b"of one again"]
        assert await read_all(reader.read(name, after=first[0].position)) == [b"of two", b"of one again"]


async def test_a_thousand_who_wait_take_no_connection_each(redis: Redis) -> None:
    def count_clients() -> int:
        return len(redis.run("redis-cli", "-u", redis.url, "client", "list").splitlines())

    async with redis_streams(redis.url) as writer, redis_streams(redis.url) as reader:
        before = await asyncio.to_thread(count_clients)
        names = [unique_name() for _ in range(1000)]
        readings = [asyncio.ensure_future(read_all(reader.read(name))) for name in names]
        writer.append(names[0], b"end", last=True)
        await readings[0]
        during = await asyncio.to_thread(count_clients)
        for name in names[1:]:
            writer.append(name, b"end", last=True)

        assert await asyncio.gather(*readings) == [[b"end"]] * 1000
        assert during - before < 20


async def test_nothing_is_missing_or_doubled_when_redis_is_killed_and_comes_back() -> None:
    name, written = unique_name(), [b"%d" % number for number in range(3000)]
    with Redis() as server:
        async with redis_streams(server.url) as writer, redis_streams(server.url, patience_seconds=60) as reader:
            reading = asyncio.ensure_future(read_all(reader.read(name)))
            for number, data in enumerate(written):
                writer.append(name, data)
                if number % 10 == 0:
                    await asyncio.sleep(0)
                if number in {1000, 2000}:
                    await asyncio.to_thread(server.kill9)
                    await asyncio.to_thread(server.start)
            writer.append(name, b"end", last=True)

            assert await reading == [*written, b"end"]


async def test_what_is_sent_twice_is_read_once(redis_url: str) -> None:
    name = unique_name()
    async with redis_streams(redis_url) as writer, redis_streams(redis_url) as reader:
        writer.append(name, b"one")
        writer.append(name, b"two")
        entries = reader.read(name)
        read = await take(entries, 2)
        await append_copies(redis_url, name)  # as after an answer that was lost with its connection
        writer.append(name, b"end", last=True)

        assert [entry.data for entry in read] == [b"one", b"two"]
        assert await read_all(entries) == [b"end"]
        assert await read_all(reader.read(name)) == [b"one", b"two", b"end"]
        assert await read_all(reader.read(name, after=read[0].position)) == [b"two", b"end"]


async def test_a_reader_is_told_when_redis_has_forgotten_what_it_needs() -> None:
    name = unique_name()
    with Redis(appendonly="no") as server:
        async with redis_streams(server.url) as writer, redis_streams(server.url, patience_seconds=60) as reader:
            entries = reader.read(name)
            writer.append(name, b"one")
            await take(entries, 1)
            await asyncio.to_thread(server.kill9)
            await asyncio.to_thread(server.start)
            writer.append(name, b"two", last=True)

            assert await read_all(entries) == [b"two"]  # it misses nothing
            with pytest.raises(StreamLost, match="1 entries are missing"):
                await take(reader.read(name), 1)
            assert not await reader.is_whole(name)


async def test_a_reader_is_told_when_redis_stays_away() -> None:
    with Redis() as server:
        async with redis_streams(server.url, patience_seconds=0.5) as streams:
            server.kill9()
            streams.append("out/1", b"kept back")

            with pytest.raises(StreamLost, match="Redis cannot be reached"):
                await take(streams.read("out/1"), 1)
            assert not await streams.is_whole("out/1")


async def test_streams_that_nobody_closed_are_forgotten_one_day(redis_url: str) -> None:
    name = unique_name()
    client = open_redis(redis_url)
    async with redis_streams(redis_url) as streams, contextlib.aclosing(client):
        streams.append(name, b"one")
        await take(streams.read(name), 1)

        assert 0 < await client.ttl(f"runward:{name}") <= 3600


async def is_taken(streams: Streams, name: str) -> bool:
    return streams.append(name, b"after the gap")


async def is_gone(streams: Streams, name: str) -> bool:
    return not await streams.is_whole(name)


async def append_copies(url: str, name: str) -> None:
    client = open_redis(url)
    async with contextlib.aclosing(client):
        entries: Any = await client.xrange(f"runward:{name}")
        for _, values in entries:
            await client.xadd(f"runward:{name}", values)
