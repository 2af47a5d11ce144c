"""Contract 1, word for word: health."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.acceptance.client import Api
from tests.acceptance.test_sessions import is_time


def test_health(api: Api) -> None:
    before = datetime.now(UTC)

    answer = api.http.get("/health")

    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "timestamp"}
    assert answer.json()["status"] == "healthy"
    assert is_time(answer.json()["timestamp"])
    assert before <= datetime.fromisoformat(answer.json()["timestamp"]) <= datetime.now(UTC)


def test_redis_is_connected_or_plainly_unused(api: Api) -> None:
    answer = api.http.get("/health/redis")

    assert answer.status_code == 200
    if answer.json()["status"] == "unused":
        assert "uses no Redis" in answer.json()["reason"]
    else:
        assert answer.json() == {"status": "connected", "ping": "PONG"}


def test_broker_is_connected_or_plainly_unused(api: Api) -> None:
    answer = api.http.get("/health/celery")

    assert answer.status_code == 200
    if answer.json()["status"] == "unused":
        assert "uses no broker" in answer.json()["reason"]
    else:
        assert set(answer.json()) == {"status", "active_workers", "active_tasks"}
        assert answer.json()["status"] == "connected"
        assert answer.json()["active_workers"] >= 1


def test_ready(api: Api) -> None:
    answer = api.http.get("/health/ready")

    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_detailed_status_checks_everything_with_its_latency(api: Api) -> None:
    answer = api.http.get("/health/status")

    assert answer.status_code == 200, answer.text
    assert is_time(answer.json()["timestamp"])
    checks = answer.json()["checks"]
    assert set(checks) == {"database", "redis", "broker", "workers", "disk", "memory", "sandbox"}
    assert all(check["latency_ms"] >= 0 for check in checks.values())
    assert checks["database"]["status"] == "ok"
    # An API node of a cluster runs nothing itself.
    assert checks["sandbox"]["status"] in {"ok", "unused"}
    assert (checks["sandbox"]["facts"].get("run_ms", 0) > 0) == (checks["sandbox"]["status"] == "ok")
    assert checks["workers"]["facts"]["queued"] >= 0
