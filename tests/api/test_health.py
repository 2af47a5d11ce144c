"""What a server tells of its health while Redis and the broker are away: the truth, and that it works without them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import StartServer
from tests.servers.redis import Redis

Answer = dict[str, Any]


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Return a Redis of the test's own, to be stopped."""
    with Redis() as server:
        yield server


@pytest.fixture
def client(start_server: StartServer, redis: Redis) -> httpx.Client:
    """Return a client of a server that has this Redis, and as its broker too."""
    broker = redis.url.removesuffix("/0") + "/1"
    return start_server(REDIS_URL=redis.url, RUNWARD_BROKER_URL=broker).client


def told_when(client: httpx.Client, path: str, holds: Callable[[Answer], bool]) -> httpx.Response:
    """Return the answer once this holds of it: that a connection is there or lost is noticed a moment later."""
    patience = time.monotonic() + 60
    while True:
        answer = client.get(path)
        if holds(answer.json()):
            return answer
        assert time.monotonic() < patience, f"it never held; at last: {answer.text}"


def checks_are(**states: str) -> Callable[[Answer], bool]:
    return lambda told: all(told["checks"][name]["status"] == state for name, state in states.items())


def test_redis_and_the_broker_are_disconnected_with_a_reason_while_they_are_away(
    client: httpx.Client, redis: Redis
) -> None:
    there = told_when(client, "/health/celery", lambda told: told.get("active_workers") == 1)
    assert there.json() == {"status": "connected", "active_workers": 1, "active_tasks": 0}
    assert client.get("/health/redis").json() == {"status": "connected", "ping": "PONG"}

    redis.stop()

    for path in ("/health/redis", "/health/celery"):
        gone = told_when(client, path, lambda told: told["status"] == "disconnected")
        assert gone.status_code == 503
        assert set(gone.json()) == {"status", "reason"}
        assert "refused" in gone.json()["reason"].lower()

    redis.start()

    back = told_when(client, "/health/redis", lambda told: told["status"] == "connected")
    assert (back.status_code, back.json()) == (200, {"status": "connected", "ping": "PONG"})
    assert told_when(client, "/health/celery", lambda told: told.get("active_workers") == 1).status_code == 200


def test_a_worker_that_hears_no_broker_is_degraded_and_works_on(client: httpx.Client, redis: Redis) -> None:
    well = told_when(client, "/health/status", checks_are(workers="ok", broker="ok", redis="ok"))
    assert well.status_code == 200

    redis.stop()
    away = checks_are(workers="degraded", broker="failed", redis="failed")
    hampered = told_when(client, "/health/status", away)

    told = hampered.json()
    assert (hampered.status_code, told["status"]) == (200, "degraded")
    assert "by looking each second" in told["checks"]["workers"]["detail"]
    assert "refused" in told["checks"]["workers"]["detail"].lower()
    assert client.get("/health/ready").status_code == 200
    assert run(client) == "done\n"

    redis.start()
    told_when(client, "/health/status", checks_are(workers="ok", broker="ok", redis="ok"))


def run(client: httpx.Client) -> str:
    body = {"language": "bash", "source_code": "echo done"}
    session = client.post("/code-sessions", json=body).json()["session_id"]
    return str(client.post(f"/code-sessions/{session}/run", params={"wait": 30}).json()["stdout"])
