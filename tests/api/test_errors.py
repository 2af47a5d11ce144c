"""Every refusal has one format, and every answer its id and headers."""

from __future__ import annotations

import httpx
import pytest

FIELDS = ["type", "title", "status", "detail", "code", "correlation_id", "errors"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/executors/python/execute", 405),
        ("DELETE", "/languages", 405),
        ("POST", "/executors/python/execute", 422),
        ("GET", "/executors/nope/info", 404),
        ("GET", "/docs/assets/nope.js", 404),
    ],
)
def test_refusal_is_a_problem(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert list(problem) == FIELDS
    assert problem["status"] == status
    assert problem["correlation_id"] == response.headers["x-request-id"]


def test_request_id_of_the_client_is_kept(client: httpx.Client) -> None:
    response = client.get("/nothing", headers={"X-Request-ID": "trace-1.a:b"})

    assert response.headers["x-request-id"] == response.json()["correlation_id"] == "trace-1.a:b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", "a;b", "é"])
def test_odd_request_id_is_replaced(client: httpx.Client, given: str) -> None:
    response = client.get("/", headers={b"X-Request-ID": given.encode()})

    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/", "/nothing", "/docs", "/executors/python/info"])
def test_security_headers_are_on_every_answer(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_origins_are_closed_by_default(client: httpx.Client) -> None:
    response = client.get("/", headers={"Origin": "https://example.org"})

    assert "access-control-allow-origin" not in response.headers
