"""What every bus promises."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import uuid4

from runward.queue.bus import WORK, Bus, cancel_topic
from tests.queue.conftest import postgresql_bus, redis_bus
from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis
from tests.servers.server import Server

Buses = tuple[Bus, Bus]


def unique_topic() -> str:
    return cancel_topic(uuid4())


async def test_a_hint_reaches_who_waits_for_its_topic(buses: Buses) -> None:
    publisher, other = buses
    topic = unique_topic()

    with other.subscribe(topic) as hint:
        publisher.publish(topic)
        async with asyncio.timeout(10):
            await hint.wait()


async def test_a_hint_reaches_all_who_wait_and_also_in_its_own_process(buses: Buses) -> None:
    publisher, other = buses
    topic = unique_topic()

    with other.subscribe(topic) as first, other.subscribe(topic) as second, publisher.subscribe(topic) as own:
        publisher.publish(topic)
        async with asyncio.timeout(10):
            await asyncio.gather(first.wait(), second.wait(), own.wait())


async def test_a_hint_leaves_alone_who_waits_for_another_topic(buses: Buses) -> None:
    publisher, other = buses
    topic, another = unique_topic(), unique_topic()

    with other.subscribe(topic) as hint, other.subscribe(another) as unmoved:
        publisher.publish(topic)
        async with asyncio.timeout(10):
            await hint.wait()

    assert not unmoved.is_set()


async def test_a_hint_that_was_cleared_is_set_again_by_the_next(buses: Buses) -> None:
    publisher, other = buses
    topic = unique_topic()

    with other.subscribe(topic) as hint:
        for _ in range(3):
            publisher.publish(topic)
            async with asyncio.timeout(10):
                await hint.wait()
            hint.clear()


async def test_many_topics_at_once_all_arrive(buses: Buses) -> None:
    publisher, other = buses
    topics = [unique_topic() for _ in range(2000)]

    with contextlib.ExitStack() as stack:
        hints = [stack.enter_context(other.subscribe(topic)) for topic in topics]
        for topic in topics:
            publisher.publish(topic)
        async with asyncio.timeout(30):
            await asyncio.gather(*(hint.wait() for hint in hints))


async def test_who_publishes_is_not_woken_a_second_time_by_what_comes_back(buses: Buses) -> None:
    publisher, other = buses
    topic, later = unique_topic(), unique_topic()

    with (
        other.subscribe(topic) as heard,
        publisher.subscribe(topic) as own,
        publisher.subscribe(later) as answered,
    ):
        publisher.publish(topic)
        own.clear()
        async with asyncio.timeout(10):
            await heard.wait()
            other.publish(later)  # arrives behind what would have come back
            await answered.wait()

        assert not own.is_set()


async def test_what_is_published_just_before_the_end_is_sent(redis: Redis) -> None:
    topic = unique_topic()

    async with redis_bus(redis.url) as other:
        with other.subscribe(topic) as hint:
            async with redis_bus(redis.url) as publisher:
                publisher.publish(topic)
            async with asyncio.timeout(10):
                await hint.wait()


async def test_a_bus_wakes_everybody_after_its_redis_was_restarted() -> None:
    with Redis() as server:
        async with redis_bus(server.url) as publisher, redis_bus(server.url) as other:
            await outlives_a_restart(publisher, other, server)


async def test_a_bus_wakes_everybody_after_its_database_was_restarted() -> None:
    with Postgresql() as server:
        async with postgresql_bus(server.url) as publisher, postgresql_bus(server.url) as other:
            await outlives_a_restart(publisher, other, server)


async def test_a_bus_opens_without_its_redis_and_comes_to_life_with_it() -> None:
    with Redis() as server:
        server.kill9()
        async with redis_bus(server.url) as publisher, redis_bus(server.url) as other:
            assert not other.connected
            with other.subscribe(WORK) as hint:
                publisher.publish(WORK)
                await asyncio.to_thread(server.start)
                async with asyncio.timeout(30):
                    await hint.wait()


async def outlives_a_restart(publisher: Bus, other: Bus, server: Server) -> None:
    topic = unique_topic()
    with other.subscribe("never published") as unpublished, other.subscribe(topic) as hint:
        await asyncio.to_thread(server.kill9)
        publisher.publish(topic)  # waits for the server
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(30):
            await unpublished.wait()
            await hint.wait()
        hint.clear()
        publisher.publish(topic)
        async with asyncio.timeout(30):
            await hint.wait()
