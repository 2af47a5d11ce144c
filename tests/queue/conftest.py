"""Every bus and every kind of streams, each as the pair of processes that share them would have it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from runward.queue.bus import Bus, LocalBus
from runward.queue.postgresql import PostgresqlBus
from runward.queue.redis import RedisBus, open_redis
from runward.queue.redis_streams import RedisStreams
from runward.queue.streams import LocalStreams, Streams

KEPT_SECONDS = 1.0


async def eventually(holds: Callable[[], Awaitable[bool]], *, seconds: float = 30) -> None:
    """Return once it holds; what is waited for here tells nobody that it has come."""
    async with asyncio.timeout(seconds):
        for pause in itertools.repeat(0.02):
            if await holds():
                return
            await asyncio.sleep(pause)


@asynccontextmanager
async def redis_bus(url: str) -> AsyncIterator[RedisBus]:
    """Open a bus as a process does."""
    client = open_redis(url)
    bus = RedisBus(client)
    await bus.open()
    yield bus
    await bus.close()
    await client.aclose()


@asynccontextmanager
async def redis_streams(url: str, *, patience_seconds: float = 5.0) -> AsyncIterator[RedisStreams]:
    """Open streams as a process does."""
    client = open_redis(url)
    bus = RedisBus(client)
    streams = RedisStreams(client, bus, kept_seconds=KEPT_SECONDS, patience_seconds=patience_seconds)
    await bus.open()
    await streams.open()
    yield streams
    await streams.close()
    await bus.close()
    await client.aclose()


@asynccontextmanager
async def postgresql_bus(url: str) -> AsyncIterator[PostgresqlBus]:
    """Open a bus as a process does."""
    bus = PostgresqlBus(url)
    await bus.open()
    yield bus
    await bus.close()


@pytest.fixture(params=["local", "postgresql", "redis"])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """Return the bus of who publishes, and that of who waits."""
    if request.param == "local":
        bus = LocalBus()
        yield bus, bus
        return
    url = request.getfixturevalue(request.param).url
    opened = postgresql_bus if request.param == "postgresql" else redis_bus
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opened(url)), await stack.enter_async_context(opened(url))


@pytest.fixture(params=["local", "redis"])
async def streams_of_two(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Streams, Streams]]:
    """Return the streams of who writes, and those of who reads."""
    if request.param == "local":
        streams = LocalStreams(kept_seconds=KEPT_SECONDS)
        await streams.open()
        yield streams, streams
        await streams.close()
        return
    url = request.getfixturevalue("redis_url")
    async with redis_streams(url) as writer, redis_streams(url) as reader:
        yield writer, reader
