"""The metrics page: what is counted of real requests, and who may read it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "a-token-for-prometheus"


Values = dict[tuple[str, ...], float]


def told(client: httpx.Client) -> Values:
    """Return what the page tells, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def run(client: httpx.Client, code: str, *, timeout: float = 10) -> dict[str, Any]:
    answer = client.post("/executors/bash/execute", json={"code": code, "timeout": timeout})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture(scope="module")
def own(serving: Callable[..., Any]) -> Iterator[httpx.Client]:
    """Return a client of a server of ours alone, so that its counts are ours."""
    with serving(["serve"], {}) as server:
        yield server.client


def test_executions_are_counted_by_language_outcome_and_status(own: httpx.Client) -> None:
    run(own, "true")
    run(own, "exit 3")
    run(own, "sleep 60", timeout=0.2)

    values = told(own)

    def count(outcome: str, status: str) -> float:
        return values["runward_executions_total", "language=bash", f"outcome={outcome}", f"status={status}"]

    assert count("exited", "COMPLETED") == 1
    assert count("exited", "FAILED") == 1
    assert count("wall_time_limit", "TIMEOUT") == 1
    assert values["runward_execution_duration_seconds_count", "language=bash"] == 3
    assert values["runward_execution_memory_peak_bytes_count", "language=bash"] == 3


def test_requests_are_counted_by_template(own: httpx.Client) -> None:
    for path in ("/executors/lua/info", "/executors/nonsense/info", "/made-up/1", "/made-up/2"):
        own.get(path)
    own.request("TRACE", "/health")
    own.get("/docs/assets/swagger-ui-bundle.js")

    values = told(own)

    def count(method: str, route: str, status: int) -> float:
        return values["runward_http_requests_total", f"method={method}", f"route={route}", f"status={status}"]

    assert count("GET", "/executors/{language}/info", 200) == 1
    assert count("GET", "/executors/{language}/info", 404) == 1
    assert count("GET", "(unmatched)", 404) == 2
    assert count("other", "/health", 405) == 1
    assert count("GET", "/docs/assets", 200) == 1
    assert "made-up" not in str(values)


def test_running_programs_and_slots_in_use_are_told(own: httpx.Client) -> None:
    in_use = "runward_sandbox_slots_in_use", "tier=native"

    with running(own, "sleep 5"):
        values = told_when(own, lambda values: values[in_use] == 1)

    assert values["runward_executions_active",] == 1
    assert told_when(own, lambda values: values[in_use] == 0)["runward_executions_active",] == 0


def test_ready_slots_are_told_by_kind(own: httpx.Client) -> None:
    own.post("/executors/python/execute", json={"code": "1"})
    kind = "kind=python.run", "tier=native"

    values = told_when(own, lambda values: values.get(("runward_sandbox_slots_ready", *kind), 0) > 0)

    assert values["runward_sandbox_slots_wanted", *kind] >= 1
    assert not [key for key in values if "kind=probe" in key]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_whom_a_proxy_speaks_for_is_refused_without_a_token(own: httpx.Client, header: str) -> None:
    refused = own.get("/metrics", headers={header: "for=192.0.2.1"})

    assert (refused.status_code, refused.json()["code"]) == (401, "metrics_refused")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_token_is_asked_of_everybody_where_there_is_one(start_server: Callable[..., Any]) -> None:
    client = start_server(RUNWARD_METRICS_TOKEN=TOKEN).client

    def read(authorization: str) -> int:
        headers = {"Authorization": authorization, "X-Forwarded-For": "192.0.2.1"}
        status: int = client.get("/metrics", headers=headers).status_code
        return status

    assert client.get("/metrics").status_code == 401
    assert [read(given) for given in ("", TOKEN, f"Basic {TOKEN}", "Bearer wrong", f"Bearer {TOKEN}x")] == [401] * 5
    assert [read(given) for given in (f"Bearer {TOKEN}", f"bearer  {TOKEN}")] == [200, 200]


def test_page_can_be_taken_away(start_server: Callable[..., Any]) -> None:
    assert start_server(RUNWARD_METRICS="false").client.get("/metrics").status_code == 404


def test_executor_of_one_language_has_the_page_too(start_server: Callable[..., Any]) -> None:
    client = start_server("executor", "--language", "bash").client
    client.post("/execute", json={"code": "true"})

    values = told(client)

    assert values["runward_executions_total", "language=bash", "outcome=exited", "status=COMPLETED"] == 1


def told_when(client: httpx.Client, holds: Callable[[Values], bool]) -> Values:
    """Return what the page tells once this holds of it."""
    patience = time.monotonic() + 60
    while not holds(values := told(client)):
        assert time.monotonic() < patience, f"it never held; at last: {values}"
    return values


@contextmanager
def running(client: httpx.Client, code: str) -> Iterator[None]:
    """Run a program during the block."""
    thread = threading.Thread(target=run, args=(client, code))
    thread.start()
    try:
        yield
    finally:
        thread.join()
