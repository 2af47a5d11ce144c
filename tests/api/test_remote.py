"""Languages that run elsewhere: real executors, a real gateway, and what happens when one is down."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

KEY = "a-key-for-executors-only"


@pytest.fixture
def dead_url() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_single_language_has_its_routes_at_the_root(start_server: Callable[..., Any]) -> None:
    client = start_server("executor", "--language", "py").client

    assert client.get("/health").json()["status"] == "healthy"
    answer = client.post("/execute", json={"code": "print(input())", "inputData": "x"}).json()
    assert (list(answer), answer["output"]) == (["output", "error", "executionTime", "status"], "x\n")
    assert client.post("/validate", json={"code": "("}).json()["isValid"] is False
    assert client.get("/info").json()["language"] == "python"
    assert client.get("/executors/python/info").status_code == 404


def test_gateway_hands_on_what_the_executor_says(start_server: Callable[..., Any]) -> None:
    executor = start_server("executor", "--language", "python", MAX_TIMEOUT="20")
    gateway = start_server("serve", PYTHON_EXECUTOR_URL=executor.url)

    answer = gateway.client.post("/executors/py/execute", json={"code": "print(input())", "inputData": "é"})
    assert answer.json()["output"] == "é\n"
    assert gateway.client.post("/executors/python/validate", json={"code": "("}).json()["isValid"] is False
    info = gateway.client.get("/api/microservices/info/python").json()
    assert info["limits"]["maxTimeoutSeconds"] == 20, "the executor's own limits are told"
    refused = gateway.client.post("/executors/python/execute", json={"code": "1", "timeout": 30})
    assert (refused.status_code, refused.json()["code"]) == (422, "limit_too_high")
    services = gateway.client.get("/api/microservices/health").json()["services"]
    assert services["python"]["location"] == executor.url
    assert services["python"]["status"] == "healthy"


def test_one_that_is_down_leaves_the_others(start_server: Callable[..., Any], dead_url: str) -> None:
    gateway = start_server("serve", GO_EXECUTOR_URL=dead_url)

    begin = time.monotonic()
    refused = gateway.client.post("/executors/go/execute", json={"code": "package main"})
    assert time.monotonic() - begin < 10
    assert (refused.status_code, refused.json()["code"]) == (502, "executor_failed")
    assert gateway.client.post("/executors/python/execute", json={"code": "print(1)"}).json()["output"] == "1\n"
    health = gateway.client.get("/api/microservices/health").json()
    assert health["status"] == "degraded"
    assert health["services"]["go"]["status"] == "unhealthy"
    assert "cannot be used" in health["services"]["go"]["lastError"]
    assert health["services"]["python"]["status"] == "healthy"
    assert set(health["services"]["python"]) == {"service", "status", "location", "latencyMs", "lastError"}
    assert health["services"]["javascript"]["service"] == "nodejs-executor"


def test_failing_executor_is_left_alone_for_a_while(start_server: Callable[..., Any], dead_url: str) -> None:
    gateway = start_server("serve", GO_EXECUTOR_URL=dead_url)
    codes = [
        gateway.client.post("/executors/go/execute", json={"code": "package main"}).json()["code"] for _ in range(5)
    ]
    assert codes == ["executor_failed"] * 5

    refused = gateway.client.post("/executors/go/execute", json={"code": "package main"})

    assert (refused.status_code, refused.json()["code"]) == (503, "executor_resting")
    assert int(refused.headers["retry-after"]) >= 1


def test_key_is_asked_for_and_sent(start_server: Callable[..., Any]) -> None:
    executor = start_server("executor", "--language", "python", RUNWARD_EXECUTOR_KEY=KEY)
    for headers in ({}, {"X-Executor-Key": KEY + "x"}, {"X-Executor-Key": KEY[:-1]}):
        refused = executor.client.post("/execute", json={"code": "print(1)"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "key_refused")
    assert executor.client.get("/info").status_code == 401
    assert executor.client.get("/health").status_code == 200, "probes need no key"

    gateway = start_server("serve", PYTHON_EXECUTOR_URL=executor.url, RUNWARD_EXECUTOR_KEY=KEY)
    answer = gateway.client.post(
        "/executors/python/execute", json={"code": "print(1)"}, headers={"X-Executor-Key": KEY}
    )
    assert answer.json()["output"] == "1\n"

    keyless = start_server("serve", PYTHON_EXECUTOR_URL=executor.url)
    refused = keyless.client.post("/executors/python/execute", json={"code": "print(1)"})
    assert refused.status_code == 502, "the gateway's wrong key is not its client's fault"


def test_client_that_leaves_the_gateway_stops_the_run_in_the_executor(start_server: Callable[..., Any]) -> None:
    executor = start_server("executor", "--language", "python")
    gateway = start_server("serve", PYTHON_EXECUTOR_URL=executor.url)
    host, port = gateway.url.removeprefix("http://").split(":")
    body = b'{"code": "import time; time.sleep(50)", "timeout": 60}'
    head = b"POST /executors/python/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        deadline = time.monotonic() + 20
        while executor.client.get("/health/ready").json()["running"] == 0:
            assert time.monotonic() < deadline, "the run has begun"

    deadline = time.monotonic() + 20
    while executor.client.get("/health/ready").json()["running"]:
        assert time.monotonic() < deadline, "the run was killed"


def test_unavailable_language_is_424_with_the_command(start_server: Callable[..., Any], tmp_path: Any) -> None:
    definition = tmp_path / "nothing.toml"
    definition.write_text(DEFINITION)
    server = start_server("serve", RUNWARD_LANGUAGE_DIRS=str(tmp_path))

    for method, path in [("POST", "execute"), ("POST", "validate"), ("GET", "info"), ("GET", "health")]:
        body = {"code": "1"} if method == "POST" else None
        refused = server.client.request(method, f"/executors/nothing/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (424, "language_unavailable")
        assert refused.json()["install"] == "runward languages install nothing"
        assert "runward languages install nothing" in refused.json()["detail"]
    assert server.client.post("/executors/python/execute", json={"code": "print(1)"}).json()["output"] == "1\n"
    services = server.client.get("/api/microservices/health").json()["services"]
    assert services["nothing"]["status"] == "unavailable"


DEFINITION = """
id = "nothing"
name = "Nothing"
aliases = []
extensions = [".nothing"]
source_name = "main.nothing"

[hello]
source = "hello"
stdout = "hello"

[[install]]
apt = ["nothing"]

[[toolchain]]
name = "nothing"

[toolchain.parts.nothing]
candidates = ["/nonexistent/nothing"]
version = { command = ["{nothing}", "-V"], pattern = '([0-9.]+)', minimum = "1" }

[toolchain.run]
argv = ["{nothing}", "{entry}"]
reads = ["/usr/bin"]
parts = ["nothing"]

[toolchain.validate]
argv = ["{nothing}", "{entry}"]
reads = ["/usr/bin"]
parts = ["nothing"]
"""
