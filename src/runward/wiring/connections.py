"""How the processes of a deployment hear of each other: within one process, through PostgreSQL, Redis, or a broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from celery import Celery
from redis.asyncio import Redis

from runward.domain.errors import RunwardError
from runward.executions import Dispatch
from runward.queue.bus import WORK, Bus, LocalBus
from runward.queue.celery import make_celery
from runward.queue.celery_dispatch import CeleryDispatch
from runward.queue.health import CONNECTED, CeleryProbe, check_redis
from runward.queue.postgresql import PostgresqlBus
from runward.queue.redis import RedisBus, open_redis
from runward.queue.redis_streams import RedisStreams
from runward.queue.streams import LocalStreams, Streams
from runward.settings import Settings

# Asks a service outside this process how it is, and returns what it tells.
Ask = Callable[[], Awaitable[Mapping[str, int | str]]]


class Unreachable(RunwardError):
    """A service outside this process does not answer; the message says why."""

    code = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """What passes between processes.

    ``celery`` is the application of the broker, None where workers are woken by the bus.  ``ping_redis`` and ``ask_broker``
    tell whether those answer, or raise; None where the deployment has none.
    """

    bus: Bus
    streams: Streams
    dispatch: Dispatch
    celery: Celery | None
    ping_redis: Ask | None
    ask_broker: Ask | None


@asynccontextmanager
async def open_connections(settings: Settings, *, database_url: str) -> AsyncIterator[Connections]:
    """Connect as the settings say; a service that is away is tried again for ever, and told in the log."""
    async with AsyncExitStack() as stack:
        redis = None
        if settings.redis_url is not None and settings.redis_url.get_secret_value():
            redis = open_redis(settings.redis_url.get_secret_value())
            stack.push_async_callback(redis.aclose)
        bus = _bus(redis, database_url, prefix=settings.redis_prefix)
        await bus.open()
        stack.push_async_callback(bus.close)
        streams = LocalStreams() if redis is None else RedisStreams(redis, bus, prefix=settings.redis_prefix)
        await streams.open()
        stack.push_async_callback(streams.close)
        celery = None if settings.broker_url is None else make_celery(settings.broker_url.get_secret_value())
        dispatch: CeleryDispatch | _ByBus = _ByBus(bus) if celery is None else CeleryDispatch(celery)
        if isinstance(dispatch, CeleryDispatch):
            await dispatch.open()
            stack.push_async_callback(dispatch.close)
        yield Connections(
            bus=bus,
            streams=streams,
            dispatch=dispatch,
            celery=celery,
            ping_redis=None if redis is None else _pinging(redis),
            ask_broker=None if celery is None else _asking(CeleryProbe(celery)),
        )


class _ByBus:
    """Dispatch by the bus alone: workers listen to it themselves."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def announce(self, _execution_id: UUID) -> None:
        self._bus.publish(WORK)


def _bus(redis: Redis | None, database_url: str, *, prefix: str) -> Bus:
    if redis is not None:
        return RedisBus(redis, prefix=prefix)
    return LocalBus() if database_url.startswith("sqlite") else PostgresqlBus(database_url)


def _pinging(redis: Redis) -> Ask:
    async def ping() -> Mapping[str, int | str]:
        health = await check_redis(redis)
        if health.status != CONNECTED:
            raise Unreachable(health.reason or health.status)
        return {"ping": health.ping or ""}

    return ping


def _asking(probe: CeleryProbe) -> Ask:
    async def ask() -> Mapping[str, int | str]:
        health = await probe.check()
        if health.status != CONNECTED:
            raise Unreachable(health.reason or health.status)
        return {"active_workers": health.active_workers, "active_tasks": health.active_tasks}

    return ask
