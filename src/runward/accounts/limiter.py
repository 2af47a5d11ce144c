"""Rate limits: counted in this process, or in Redis for all servers together."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter
from limits.storage import StorageTypes
from redis.exceptions import RedisError

from runward.accounts.errors import TooManyCalls

T = TypeVar("T")

# A run must not wait for a Redis that is gone; after a failure it is left alone for a while.
_PATIENCE_SECONDS = 0.5
_REST_SECONDS = 5.0

_log = structlog.get_logger("runward.accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many in so many seconds; ``what`` says it in words.

    ``exact`` remembers each one's time, for few and known callers; without it two counts are kept, for any number of them.
    """

    name: str
    what: str
    most: int
    seconds: int
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left to a caller: of ``limit`` so many remain, and in ``reset_seconds`` there are more."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """Return it as the headers of an answer."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class Limiter:
    """Counts.  While Redis is away each server counts for itself: limits are looser then, and nobody is locked out."""

    def __init__(self, *, redis_url: str | None = None) -> None:
        self._own = _Windows(MemoryStorage())
        self._redis: RedisStorage | None = None
        self._shared: _Windows | None = None
        self._rests_until = 0.0
        if redis_url is not None:
            self._redis = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                key_prefix="runward:limits",
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
            )
            self._shared = _Windows(self._redis)

    async def close(self) -> None:
        """Disconnect."""
        if self._redis is not None:
            await self._redis.bridge.get_connection().aclose()  # type: ignore[attr-defined]  # redis-py's, under limits' protocol

    async def hit(self, rule: Rule, key: str) -> Allowance:
        """Count one; raise TooManyCalls, and count nothing, where there were as many as may be."""

        async def count(windows: _Windows) -> tuple[bool, Allowance]:
            counted = await windows.of(rule).hit(_item(rule), key)
            return counted, await _allowance(windows, rule, key)

        counted, allowance = await self._ask(count)
        return _allowed(rule, allowance, within=counted)

    async def check(self, rule: Rule, key: str) -> Allowance:
        """Raise TooManyCalls where one more would be too many; count nothing."""

        async def look(windows: _Windows) -> Allowance:
            return await _allowance(windows, rule, key)

        allowance = await self._ask(look)
        return _allowed(rule, allowance, within=allowance.remaining > 0)

    async def _ask(self, question: Callable[[_Windows], Awaitable[T]]) -> T:
        if self._shared is not None and time.monotonic() >= self._rests_until:
            try:
                return await question(self._shared)
            except (RedisError, OSError, TimeoutError) as error:
                self._rests_until = time.monotonic() + _REST_SECONDS
                _log.warning(
                    "limits_not_shared", reason=str(error), detail="each server counts for itself until Redis answers"
                )
        return await question(self._own)


class _Windows:
    """Both ways of counting over one storage."""

    def __init__(self, storage: StorageTypes) -> None:
        self._exact = MovingWindowRateLimiter(storage)
        self._coarse = SlidingWindowCounterRateLimiter(storage)

    def of(self, rule: Rule) -> RateLimiter:
        return self._exact if rule.exact else self._coarse


def _item(rule: Rule) -> RateLimitItem:
    return RateLimitItemPerSecond(rule.most, rule.seconds, namespace=rule.name)


async def _allowance(windows: _Windows, rule: Rule, key: str) -> Allowance:
    reset_at, remaining = await windows.of(rule).get_window_stats(_item(rule), key)
    reset_seconds = max(1, math.ceil(reset_at - time.time()))
    return Allowance(limit=rule.most, remaining=max(0, int(remaining)), reset_seconds=min(reset_seconds, rule.seconds))


def _allowed(rule: Rule, allowance: Allowance, *, within: bool) -> Allowance:
    if not within:
        raise TooManyCalls(what=rule.what, limit=rule.most, retry_after=allowance.reset_seconds)
    return allowance
