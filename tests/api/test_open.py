"""A server that asks nobody who they are is for this machine's own programs and pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import StartServer

PROGRAM = {"language": "python", "source_code": "print(1)"}
FOREIGN = {"Origin": "https://evil.example"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_anybody_runs_programs_and_nobody_administers(client: httpx.Client) -> None:
    me = client.get("/auth/me").json()

    assert (me["id"], me["username"]) == (None, "anonymous")
    assert client.post("/code-sessions", json=PROGRAM).status_code == 201
    assert code_of(client.get("/admin/users")) == (403, "scope_missing")
    assert code_of(client.get("/api-keys")) == (403, "login_needed")


def test_wrong_credentials_are_refused_here_too(client: httpx.Client) -> None:
    assert code_of(client.get("/auth/me", headers={"X-API-Key": "rw_wrong"})) == (401, "credentials_refused")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.7:8000", "[2001:db8::1]"])
def test_a_name_that_was_bound_to_this_machine_from_outside_is_refused(client: httpx.Client, host: str) -> None:
    for method, path in (("GET", "/code-sessions"), ("POST", "/code-sessions"), ("POST", "/executors/python/execute")):
        answer = client.request(method, path, headers={"Host": host}, json=PROGRAM)
        assert code_of(answer) == (403, "origin_refused")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "127.1.2.3", "[::1]:8000", "runward.localhost"])
def test_the_machines_own_names_are_good(client: httpx.Client, host: str) -> None:
    assert client.get("/code-sessions", headers={"Host": host}).status_code == 200


def test_a_page_of_another_origin_changes_nothing(client: httpx.Client) -> None:
    assert code_of(client.post("/code-sessions", json=PROGRAM, headers=FOREIGN)) == (403, "origin_refused")
    own = {"Origin": str(client.base_url).rstrip("/")}
    assert client.post("/code-sessions", json=PROGRAM, headers=own).status_code == 201


def test_a_page_of_an_allowed_origin_may_ask_for_all_that_routes_take(start_server: StartServer) -> None:
    client = start_server(CORS_ORIGINS="https://app.example").client
    origin = {"Origin": "https://app.example"}
    for method in ("GET", "POST", "PATCH", "DELETE"):
        for header in ("Authorization", "X-API-Key", "Idempotency-Key", "Last-Event-ID", "Content-Type"):
            asks = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": header, **origin}
            answer = client.options("/code-sessions", headers=asks)
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin["Origin"])

    answer = client.post("/code-sessions", json=PROGRAM, headers=origin)
    assert answer.status_code == 201
    assert "RateLimit-Remaining" in answer.headers["access-control-expose-headers"]


def test_a_server_that_others_could_reach_does_not_start_open(runward: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*runward, "serve", "--host", "0.0.0.0", "--port", "0"],
        env={"RUNWARD_AUTH": "open", "RUNWARD_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith("runward: RUNWARD_AUTH: open lets anybody run programs")
    assert done.stderr.count("\n") == 1


def test_with_an_executors_key_a_strict_gateway_takes_that_or_an_account(start_server: StartServer) -> None:
    key = "a key of executors and gateways"
    client = start_server(RUNWARD_AUTH="required", RUNWARD_EXECUTOR_KEY=key).client
    program = {"code": "print(1)"}

    assert client.post("/executors/python/execute", json=program, headers={"X-Executor-Key": key}).status_code == 200
    wrong = client.post("/executors/python/execute", json=program, headers={"X-Executor-Key": "wrong"})
    assert code_of(wrong) == (401, "key_refused")
    assert code_of(client.post("/executors/python/execute", json=program)) == (401, "authentication_required")
