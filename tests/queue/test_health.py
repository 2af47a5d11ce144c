"""Redis and the broker tell the truth about themselves."""

from __future__ import annotations

import contextlib

import pytest

from runward.queue.celery import make_celery
from runward.queue.health import CeleryHealth, CeleryProbe, RedisHealth, check_redis
from runward.queue.redis import RedisUrlInvalid, open_redis
from tests.servers.rabbitmq import Rabbitmq
from tests.servers.redis import Redis
from tests.servers.server import Server


async def test_a_redis_that_answers_is_connected(redis_url: str) -> None:
    async with contextlib.aclosing(open_redis(redis_url)) as client:
        assert await check_redis(client) == RedisHealth(status="connected", ping="PONG")


async def test_a_redis_that_is_away_or_hangs_is_disconnected_with_the_reason() -> None:
    with Redis() as server:
        async with contextlib.aclosing(open_redis(server.url)) as client:
            server.pause()
            hanging = await check_redis(client)
            server.resume()
            again = await check_redis(client)
            server.kill9()
            away = await check_redis(client)

    assert hanging == RedisHealth(status="disconnected", reason="it does not answer")
    assert again.status == "connected"
    assert away.status == "disconnected"
    assert away.reason


async def test_a_deployment_without_them_says_so_plainly() -> None:
    redis, celery = await check_redis(None), await CeleryProbe(None).check()

    assert (redis.status, celery.status) == ("not used", "not used")
    assert "REDIS_URL" in str(redis.reason)
    assert "RUNWARD_BROKER_URL" in str(celery.reason)


@pytest.mark.parametrize("kind", [Redis, Rabbitmq])
async def test_a_broker_is_connected_without_workers_and_disconnected_when_it_is_away(kind: type[Server]) -> None:
    with kind() as server:
        connected = await CeleryProbe(make_celery(server.url)).check()
        server.kill9()
        away = await CeleryProbe(make_celery(server.url)).check()

    assert connected == CeleryHealth(status="connected", active_workers=0, active_tasks=0)
    assert away.status == "disconnected"
    assert away.reason


def test_a_url_that_names_no_redis_is_refused_with_its_variable() -> None:
    with pytest.raises(RedisUrlInvalid, match=r"^REDIS_URL: "):
        open_redis("http://host")
