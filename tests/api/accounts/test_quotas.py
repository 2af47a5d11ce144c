"""Quotas over HTTP: told in headers, and held."""

from __future__ import annotations

import httpx
import pytest

from tests.api.accounts.conftest import (
    PROGRAM,
    Caller,
    assert_problem,
    make_key,
)


def test_a_quota_is_told_in_headers_and_holds(user: httpx.Client, as_: Caller) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"runs_per_minute": 2}))
    session = client.post("/code-sessions", json=PROGRAM).json()["session_id"]

    told = [client.post(f"/code-sessions/{session}/run", params=wait).headers for wait in ({}, {"wait": 60})]
    refused = client.post(f"/code-sessions/{session}/run")

    assert [each["ratelimit-remaining"] for each in told] == ["1", "0"]
    assert told[0]["ratelimit-limit"] == "2"
    assert_problem(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-remaining"] == "0"
    assert client.get(f"/code-sessions/{session}").status_code == 200


def test_runs_are_charged_until_the_days_cpu_time_is_used_up(
    user: httpx.Client, admin: httpx.Client, as_: Caller
) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"cpu_seconds_per_day": 1}))
    busy = "import time\nwhile time.process_time() < 1.2: pass\n"
    session = client.post("/code-sessions", json={"language": "python", "source_code": busy}).json()["session_id"]
    ended = client.post(f"/code-sessions/{session}/run?wait=60").json()
    assert ended["status"] == "COMPLETED"

    assert_problem(client.post(f"/code-sessions/{session}/run"), 429, "quota_used_up")
    me = client.get("/auth/me").json()
    (row,) = admin.get("/admin/usage", params={"owner_id": me["id"]}).json()
    assert (row["key_id"], row["executions"]) == (me["key_id"], 1)
    assert row["cpu_seconds"] == pytest.approx(ended["cpu_time_ms"] / 1000)
    assert row["memory_peak_bytes"] == ended["memory_peak_bytes"]


def test_programs_that_are_run_at_once_are_counted_and_charged_too(user: httpx.Client, as_: Caller) -> None:
    client = as_(X_API_Key=make_key(user, quotas={"runs_per_minute": 9, "cpu_seconds_per_day": 1}))
    slow = {"code": "import time\ntime.sleep(1.1)\n"}

    first = client.post("/executors/python/execute", json=slow)
    assert (first.status_code, first.headers["ratelimit-remaining"]) == (200, "8")

    assert_problem(client.post("/executors/python/execute", json=slow), 429, "quota_used_up")
