"""The settings choose what carries hints and live output."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from runward.queue.bus import WORK, LocalBus
from runward.queue.celery_dispatch import CeleryDispatch
from runward.queue.postgresql import PostgresqlBus
from runward.queue.redis import RedisBus, RedisUrlInvalid
from runward.queue.redis_streams import RedisStreams
from runward.queue.streams import LocalStreams
from runward.settings import SettingsError, load_settings
from runward.wiring.connections import open_connections
from tests.servers.postgresql import Postgresql

SQLITE = "sqlite:///unused"


async def test_on_sqlite_all_stays_within_the_process() -> None:
    async with open_connections(load_settings(), database_url=SQLITE) as connections:
        with connections.bus.subscribe(WORK) as hint:
            connections.dispatch.announce(uuid4())
            assert hint.is_set()

        assert isinstance(connections.bus, LocalBus)
        assert isinstance(connections.streams, LocalStreams)
        assert (connections.celery, connections.ping_redis, connections.ask_broker) == (None, None, None)


async def test_on_postgresql_hints_pass_through_the_database(postgresql: Postgresql) -> None:
    settings = load_settings()
    async with (
        open_connections(settings, database_url=postgresql.url) as here,
        open_connections(settings, database_url=postgresql.url) as there,
    ):
        with there.bus.subscribe(WORK) as hint:
            here.dispatch.announce(uuid4())
            async with asyncio.timeout(10):
                await hint.wait()

        assert isinstance(here.bus, PostgresqlBus)
        assert isinstance(here.streams, LocalStreams)


async def test_redis_and_a_broker_are_taken_where_they_are_named(redis_url: str, postgresql: Postgresql) -> None:
    settings = load_settings(REDIS_URL=redis_url, RUNWARD_REDIS_PREFIX="mine", RUNWARD_BROKER_URL=redis_url)
    async with open_connections(settings, database_url=postgresql.url) as connections:
        connections.streams.append("out/1", b"end", last=True)
        async with asyncio.timeout(10):
            assert [entry.data async for batch in connections.streams.read("out/1") for entry in batch] == [b"end"]
        assert isinstance(connections.bus, RedisBus)
        assert isinstance(connections.streams, RedisStreams)
        assert isinstance(connections.dispatch, CeleryDispatch)
        assert connections.ping_redis is not None
        assert connections.ask_broker is not None
        assert await connections.ping_redis() == {"ping": "PONG"}
        assert set(await connections.ask_broker()) == {"active_workers", "active_tasks"}


async def test_a_wrong_url_is_told_with_its_variable_and_without_its_value() -> None:
    with pytest.raises(SettingsError, match=r"^RUNWARD_BROKER_URL: .*amqp://") as refused:
        load_settings(RUNWARD_BROKER_URL="kafka://secret@host")
    assert "secret" not in str(refused.value)

    with pytest.raises(RedisUrlInvalid, match=r"^REDIS_URL: ") as no_redis:
        async with open_connections(load_settings(REDIS_URL="http://secret@host"), database_url=SQLITE):
            pass
    assert "secret" not in str(no_redis.value)
