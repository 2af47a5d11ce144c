"""The bus through Redis: one channel that everybody publishes on and listens to; and how Redis is connected to."""

from __future__ import annotations

from collections.abc import Callable

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from runward.domain.errors import RunwardError
from runward.queue.shared import SharedBus, WireDown

PREFIX = "runward"
_ANSWERS_WITHIN_SECONDS = 5.0
# How often a quiet connection is tried: a host that vanished sends no end.
_PING_SECONDS = 10.0
_CONNECTIONS = 8
FAULTS = (RedisError, OSError, TimeoutError)


class RedisUrlInvalid(RunwardError):
    """REDIS_URL names no Redis that can be used."""

    code = "invalid_setting"


def open_redis(url: str) -> Redis:
    """Return a client with a few connections, which its users share; it connects when it is used."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_ANSWERS_WITHIN_SECONDS,
            socket_timeout=_ANSWERS_WITHIN_SECONDS,
            socket_connect_timeout=_ANSWERS_WITHIN_SECONDS,
            # We try again ourselves, where we know what may have been missed.
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        raise RedisUrlInvalid("REDIS_URL: write it like redis://:password@host:6379/0 (rediss:// with TLS)") from None
    return Redis.from_pool(pool)


class RedisBus(SharedBus):
    """The bus of processes that share a Redis."""

    def __init__(self, redis: Redis, *, prefix: str = PREFIX) -> None:
        super().__init__(_Wire(redis, prefix))


class _Wire:
    name = "redis"

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        # Channels know no databases.
        database = redis.connection_pool.connection_kwargs.get("db", 0)
        self._channel = f"{prefix}:{database}:hints"
        self._subscription: PubSub | None = None
        self._heard: Callable[[str], None] = lambda _message: None

    async def connect(self, heard: Callable[[str], None]) -> None:
        """Subscribe."""
        self._heard = heard
        self._subscription = self._redis.pubsub()
        try:
            await self._subscription.subscribe(self._channel)
            if await self._subscription.get_message(timeout=_ANSWERS_WITHIN_SECONDS) is None:
                raise WireDown("it does not answer")
        except FAULTS as error:
            raise WireDown(words(error)) from error

    async def send(self, message: str) -> None:
        """Publish."""
        try:
            await self._redis.publish(self._channel, message)
        except FAULTS as error:
            raise WireDown(words(error)) from error

    async def lost(self) -> str:
        """Pass on what is heard, and return once the connection has ended or does not answer."""
        subscription = self._subscription
        assert subscription is not None, "connect comes first"
        pinged = False
        try:
            while True:
                message = await subscription.get_message(timeout=_ANSWERS_WITHIN_SECONDS if pinged else _PING_SECONDS)
                if message is None:
                    if pinged:
                        return "it does not answer"
                    await subscription.ping()
                pinged = message is None
                if message is not None and message["type"] == "message":
                    self._heard(message["data"].decode())
        except FAULTS as error:
            return words(error)

    async def disconnect(self) -> None:
        """End the subscription."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            await subscription.aclose()  # type: ignore[no-untyped-call]  # as it comes


def words(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
