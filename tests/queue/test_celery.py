"""Announcing through Celery, and hearing it: with each broker.

One consumer at a time: within a process, Celery's workers share a hub.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from runward.queue.celery import QUEUE, BrokerUrlInvalid, make_celery
from runward.queue.celery_dispatch import CeleryDispatch
from runward.queue.health import CeleryProbe
from runward.worker.celery_consumer import CeleryConsumer
from tests.queue.conftest import eventually
from tests.servers.rabbitmq import Rabbitmq
from tests.servers.redis import Redis
from tests.servers.server import Server


class Runs:
    """Counts the calls, and holds each until it may end."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.may_end = asyncio.Event()

    async def run_next(self) -> bool:
        self.begun += 1
        await self.may_end.wait()
        self.ended += 1
        return True

    def have_begun(self, count: int) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return self.begun >= count

        return check

    def have_ended(self, count: int) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return self.ended >= count

        return check


@asynccontextmanager
async def dispatching(url: str) -> AsyncIterator[CeleryDispatch]:
    dispatch = CeleryDispatch(make_celery(url))
    await dispatch.open()
    yield dispatch
    await dispatch.close()


@asynccontextmanager
async def consuming(url: str, runs: Runs, *, slots: int = 2, name: str = "one") -> AsyncIterator[CeleryConsumer]:
    consumer = CeleryConsumer(make_celery(url), runs.run_next, slots=slots, name=name)
    consumer.start(asyncio.Event())
    try:
        yield consumer
    finally:
        runs.may_end.set()
        await consumer.close()


def hears(consumer: CeleryConsumer) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return not consumer.trouble

    return check


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty broker of each kind."""
    server = request.getfixturevalue(request.param)
    if isinstance(server, Rabbitmq):
        host = f"test{uuid4().hex[:8]}"
        server.control("add_vhost", host)
        server.control("set_permissions", "-p", host, "guest", ".*", ".*", ".*")
        return f"{server.url.removesuffix('//')}/{host}"
    assert isinstance(server, Redis)
    server.run("redis-cli", "-u", server.url, "-n", "5", "flushdb")
    return server.url.removesuffix("/0") + "/5"


async def test_each_announcement_leads_to_one_run(broker: str) -> None:
    runs = Runs()
    runs.may_end.set()
    async with consuming(broker, runs), dispatching(broker) as dispatch:
        for _ in range(50):
            dispatch.announce(uuid4())
        await eventually(runs.have_ended(50))

        assert (runs.begun, dispatch.published, dispatch.failed) == (50, 50, 0)


async def test_no_more_run_at_once_than_there_are_slots_and_the_rest_is_left_to_others(broker: str) -> None:
    runs = Runs()
    async with consuming(broker, runs, slots=2), dispatching(broker) as dispatch:
        for _ in range(5):
            dispatch.announce(uuid4())
        await eventually(runs.have_begun(2))
        await eventually(lambda: is_true(dispatch.published == 5))

        assert await asyncio.to_thread(take_messages, broker) == 3
        assert runs.begun == 2


async def test_the_workers_and_what_they_run_are_counted(broker: str) -> None:
    runs, probe = Runs(), CeleryProbe(make_celery(broker))
    async with consuming(broker, runs, name="one"), dispatching(broker) as dispatch:
        dispatch.announce(uuid4())
        await eventually(runs.have_begun(1))

        async def is_counted() -> bool:
            health = await probe.check()
            return (health.status, health.active_workers, health.active_tasks) == ("connected", 1, 1)

        await eventually(is_counted)


async def test_a_worker_that_ends_hands_on_what_it_holds(broker: str) -> None:
    first, second = Runs(), Runs()
    async with dispatching(broker) as dispatch:
        async with consuming(broker, first, name="first") as consumer:
            await eventually(hears(consumer))
            consumer.stop()
            await consumer.close()
            dispatch.announce(uuid4())
        async with consuming(broker, second, name="second"):
            await eventually(second.have_begun(1))

    assert first.begun == 0


@pytest.mark.parametrize("kind", [Redis, Rabbitmq])
async def test_a_broker_that_is_away_holds_up_nobody_and_is_found_again(kind: type[Server]) -> None:
    runs = Runs()
    runs.may_end.set()
    with kind() as server:
        server.kill9()
        async with consuming(server.url, runs) as consumer, dispatching(server.url) as dispatch:
            dispatch.announce(uuid4())
            await eventually(lambda: is_true(dispatch.failed == 1))
            assert consumer.trouble
            await asyncio.to_thread(server.start)
            await eventually(hears(consumer))
            await announce_until_heard(dispatch, runs)

            await restart_in_order(server, consumer)
            await asyncio.to_thread(server.kill9)
            await eventually(lambda: is_true(bool(consumer.trouble)))
            await asyncio.to_thread(server.start)
            await eventually(hears(consumer))
            await announce_until_heard(dispatch, runs)


@pytest.mark.parametrize("kind", [Redis, Rabbitmq])
async def test_a_broker_that_goes_away_ends_no_run(kind: type[Server]) -> None:
    runs = Runs()
    with kind() as server:
        async with consuming(server.url, runs) as consumer, dispatching(server.url) as dispatch:
            await eventually(hears(consumer))
            await restart_in_order(server, consumer)
            await announce_until(runs.have_begun(1), dispatch)
            await asyncio.to_thread(server.kill9)
            await eventually(lambda: is_true(bool(consumer.trouble)))
            assert runs.ended == 0

            runs.may_end.set()
            await eventually(runs.have_ended(1))
            await asyncio.to_thread(server.start)
            await eventually(hears(consumer))


async def test_a_worker_stops_while_its_broker_is_away() -> None:
    consumer = CeleryConsumer(make_celery("redis://127.0.0.1:1/0"), Runs().run_next, slots=1, name="one")
    stop = asyncio.Event()
    consumer.start(stop)
    await eventually(lambda: is_true("refused" in consumer.trouble))

    await consumer.close()

    await stop.wait()


async def test_celerys_own_command_to_shut_down_stops_the_worker(broker: str) -> None:
    app, stop = make_celery(broker), asyncio.Event()
    consumer = CeleryConsumer(app, Runs().run_next, slots=1, name="one")
    consumer.start(stop)
    await eventually(hears(consumer))

    await asyncio.to_thread(app.control.shutdown)

    async with asyncio.timeout(30):
        await stop.wait()
    await consumer.close()


@pytest.mark.parametrize("url", ["memory://", "amqp://", "redis://host:port/0", "host:6379", "sqs://host"])
def test_a_url_that_names_no_broker_is_refused_with_its_variable(url: str) -> None:
    with pytest.raises(BrokerUrlInvalid, match=r"RUNWARD_BROKER_URL: .*amqp://.*redis://"):
        make_celery(url)


def take_messages(broker: str) -> int:
    """Take, as another process would, what the broker has to give; return how many."""
    app = make_celery(broker)
    with app.connection_for_read() as connection:
        queue = app.amqp.queues[QUEUE](connection.default_channel)
        return len(list(iter(lambda: queue.get(no_ack=True), None)))


async def restart_in_order(server: Server, consumer: CeleryConsumer) -> None:
    # RabbitMQ 3.10 forgets who leads a quorum queue that it made in the moment before it is killed, for ever.
    await asyncio.to_thread(server.stop)
    await eventually(lambda: is_true(bool(consumer.trouble)))
    await asyncio.to_thread(server.start)
    await eventually(hears(consumer))


async def announce_until_heard(dispatch: CeleryDispatch, runs: Runs) -> None:
    await announce_until(runs.have_ended(runs.ended + 1), dispatch)


async def announce_until(holds: Callable[[], Awaitable[bool]], dispatch: CeleryDispatch) -> None:
    # What is announced while the broker is away, or in the second after, is left to the sweep.
    async def check() -> bool:
        dispatch.announce(uuid4())
        return await holds()

    await eventually(check)


async def is_true(value: object) -> bool:
    return bool(value)
