"""What is told of WebSockets: how many are open, how each ended, and one span for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from runward.api.middleware.observation import ObservationMiddleware
from runward.domain.ids import new_id
from runward.telemetry.metrics import Metrics
from tests.api.conftest import Server
from tests.api.test_metrics import Values, told, told_when
from tests.telemetry.receivers import receiver, spans_in

ROUTE = "/executions/{execution_id}/ws"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def own(serving: Callable[..., Any]) -> Iterator[Server]:
    """Return a server of ours alone, so that its counts are ours."""
    with serving(["serve"], {}) as running:
        yield running


def open_socket(server: Server, **headers: str) -> ClientConnection:
    """Return a connection to a program that waits for input."""
    body = {"language": "bash", "source_code": "read line; echo $line"}
    session = server.client.post("/code-sessions", json=body).json()["session_id"]
    run = server.client.post(f"/code-sessions/{session}/run", json={"interactive": True}).json()
    url = server.url.replace("http", "ws", 1) + f"/api/v1/executions/{run['execution_id']}/ws"
    return connect(url, additional_headers=headers)


def end(connection: ClientConnection) -> None:
    """Let the program end, and read up to the end."""
    connection.send(json.dumps({"type": "eof"}))
    for _ in connection:
        pass


def of(values: Values, name: str, **labels: str) -> float:
    """Return a value of the route."""
    told_labels = sorted({"route": f"/api/v1{ROUTE}", **labels}.items())
    return values.get((f"runward_{name}", *(f"{key}={value}" for key, value in told_labels)), 0.0)


def test_sockets_are_counted_while_they_are_open_and_when_they_have_ended(own: Server) -> None:
    before = told(own.client)
    with open_socket(own) as first, open_socket(own) as second:
        first.recv()
        second.recv()
        during = told(own.client)
        end(first)
        second.close(1001)
    after = told_when(own.client, lambda values: of(values, "websockets_open") == 0)

    assert of(during, "websockets_open") == 2
    assert of(during, "websockets_opened_total") - of(before, "websockets_opened_total") == 2
    assert of(after, "websockets_closed_total", end="normal") - of(before, "websockets_closed_total", end="normal") == 1
    assert of(after, "websockets_closed_total", end="going_away") == 1
    assert of(after, "websocket_duration_seconds_count") - of(before, "websocket_duration_seconds_count") == 2


def test_a_connection_that_breaks_is_told_apart_from_one_that_is_closed_with_a_code(own: Server) -> None:
    with open_socket(own) as connection:
        connection.recv()
        connection.socket.shutdown(2)

        told_when(own.client, lambda values: of(values, "websockets_closed_total", end="left") == 1)


def test_one_that_is_refused_is_a_request_with_its_status(own: Server) -> None:
    url = own.url.replace("http", "ws", 1) + f"/api/v1/executions/{new_id()}/ws"

    for headers in ({}, {"Origin": "https://elsewhere.example"}):
        with pytest.raises(InvalidStatus):
            connect(url, additional_headers=headers)

    values = told(own.client)
    statuses = {status: of(values, "http_requests_total", method="GET", status=status) for status in ("403", "404")}
    assert statuses == {"403": 1, "404": 1}


def test_a_socket_is_one_span_and_one_line_under_one_correlation_id(
    start_server: Callable[..., Any], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with receiver() as collector:
        endpoint = f"http://127.0.0.1:{collector.port}"
        server = start_server(stderr=log, ENVIRONMENT="production", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
        with open_socket(server, traceparent=PARENT, **{"X-Request-ID": "socket-1"}) as connection:
            answered = connection.response
            end(connection)
        assert server.stop() == 0
        spans = [each for each in spans_in(collector.rest()) if each.name.startswith("WEBSOCKET")]

    (span,) = spans
    assert (span.trace_id, span.parent_id) == tuple(PARENT.split("-")[1:3])
    assert span.name == f"WEBSOCKET /api/v1{ROUTE}"
    assert span.attributes["http.response.status_code"] == 101
    assert span.attributes["runward.websocket.close_code"] == 1000
    assert span.attributes["runward.correlation_id"] == "socket-1"
    assert answered is not None
    assert answered.headers["X-Request-ID"] == "socket-1"
    (line,) = (each for each in map(_json, log.read_text().splitlines()) if each.get("event") == "websocket")
    assert (line["correlation_id"], line["status"], line["close_code"]) == ("socket-1", 101, 1000)


def _json(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
    return found


@pytest.mark.parametrize(
    ("code", "end"), [(1000, "normal"), (1008, "refused"), (1013, "try_again"), (4321, "other"), (None, "fault")]
)
async def test_an_end_is_told_by_its_kind(code: int | None, end: str) -> None:
    metrics = Metrics(languages=[])

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        if code is None:
            raise ValueError("nobody expected that")
        await send({"type": "websocket.close", "code": code})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(_message: Message) -> None: ...

    scope = {"type": "websocket", "path": "/here", "headers": []}
    try:
        await ObservationMiddleware(app, metrics=metrics)(scope, receive, send)
    except ValueError:
        assert code is None

    page = (await metrics.render()).decode()
    assert f'runward_websockets_closed_total{{end="{end}",route="(unmatched)"}} 1.0' in page
    assert 'runward_websockets_open{route="(unmatched)"} 0.0' in page
