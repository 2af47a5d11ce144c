"""So many and no more; for all servers together where there is a Redis, and for each alone while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from structlog.testing import capture_logs

from runward.accounts.errors import TooManyCalls
from runward.accounts.limiter import Limiter, Rule
from tests.servers.redis import Redis

EXACT = Rule(name="exact", what="runs an hour", most=3, seconds=3600, exact=True)
COARSE = Rule(name="coarse", what="calls an hour", most=3, seconds=3600)


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    async with aclosing(_Closing(Limiter(redis_url=url))) as closing:
        yield closing.limiter


class _Closing:
    def __init__(self, limiter: Limiter) -> None:
        self.limiter = limiter

    async def aclose(self) -> None:
        await self.limiter.close()


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """Return a key that no other test counts under."""
    return f"user:{request.node.name}"


@pytest.mark.parametrize("rule", [EXACT, COARSE], ids=lambda rule: rule.name)
async def test_the_last_allowed_one_passes_and_the_next_is_told_when_to_come(
    limiter: Limiter, rule: Rule, key: str
) -> None:
    left = [(await limiter.hit(rule, key)).remaining for _ in range(3)]

    assert left == [2, 1, 0]
    with pytest.raises(TooManyCalls) as caught:
        await limiter.hit(rule, key)
    assert caught.value.limit == 3
    assert 1 <= caught.value.retry_after <= 3600
    assert str(caught.value) == f"{rule.what}: at most 3 are allowed; try again in {caught.value.retry_after} s"


@pytest.mark.parametrize("rule", [EXACT, COARSE], ids=lambda rule: rule.name)
async def test_looking_counts_nothing_and_sees_when_all_are_used(limiter: Limiter, rule: Rule, key: str) -> None:
    for _ in range(5):
        assert (await limiter.check(rule, key)).remaining == 3
    for _ in range(3):
        await limiter.hit(rule, key)

    with pytest.raises(TooManyCalls):
        await limiter.check(rule, key)


async def test_what_was_refused_is_not_counted(limiter: Limiter, key: str) -> None:
    for _ in range(3):
        await limiter.hit(EXACT, key)
    for _ in range(5):
        with pytest.raises(TooManyCalls):
            await limiter.hit(EXACT, key)

    four = Rule(name="exact", what="runs an hour", most=4, seconds=3600, exact=True)
    assert (await limiter.hit(four, key)).limit == 4


async def test_callers_are_counted_apart(limiter: Limiter, key: str) -> None:
    for _ in range(3):
        await limiter.hit(EXACT, key)

    assert (await limiter.hit(EXACT, f"{key}-other")).remaining == 2


async def test_of_many_at_once_as_many_pass_as_are_allowed(limiter: Limiter, key: str) -> None:
    ended = await asyncio.gather(*(limiter.hit(EXACT, key) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(each, TooManyCalls) for each in ended) == 17


async def test_servers_that_share_a_redis_share_the_count(redis_url: str, key: str) -> None:
    first, second = Limiter(redis_url=redis_url), Limiter(redis_url=redis_url)
    await first.hit(EXACT, key)
    await second.hit(EXACT, key)
    await first.hit(EXACT, key)

    with pytest.raises(TooManyCalls):
        await second.hit(EXACT, key)
    await first.close()
    await second.close()


async def test_while_redis_is_away_each_server_counts_for_itself_and_says_so(key: str) -> None:
    with Redis() as server:
        limiter = Limiter(redis_url=server.url)
        await limiter.hit(EXACT, key)
    with capture_logs() as logs:
        left = [(await limiter.hit(EXACT, key)).remaining for _ in range(3)]

    assert left == [2, 1, 0]
    with pytest.raises(TooManyCalls):
        await limiter.hit(EXACT, key)
    assert [entry["event"] for entry in logs] == ["limits_not_shared"]
    await limiter.close()
