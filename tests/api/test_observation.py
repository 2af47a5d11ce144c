"""One request can be followed through the API, the supervisor and whatever watches them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.telemetry.receivers import receiver, sentry_events_in, spans_in

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log, each of which must be JSON, but for the command's last word to people."""
    return [json.loads(line) for line in path.read_text().splitlines() if line != "stopped"]


def test_request_is_found_in_the_logs_of_api_and_supervisor(start_server: Callable[..., Any], tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = start_server(stderr=log, ENVIRONMENT="production")
    body = {"code": "sleep 60", "timeout": 0.2}

    answer = server.client.post("/executors/bash/execute", json=body, headers={"X-Request-ID": "request-1"})
    refused = server.client.post("/executors/bash/execute?token=hush", json={}, headers={"X-Request-ID": "request-2"})
    server.stop()

    assert answer.json()["status"] == "timeout"
    of_first, of_second = ([line for line in lines(log) if line.get("correlation_id") == id_] for id_ in _ids(1, 2))
    ended = next(line for line in of_first if line["event"] == "run_ended")
    told = next(line for line in of_first if line["event"] == "request")
    assert (ended["logger"], ended["level"], ended["exceeded"]) == ("runward.sandbox", "info", "wall_time")
    assert (told["logger"], told["method"], told["status"]) == ("runward.api", "POST", 200)
    assert ended.keys() >= {"event", "level", "logger", "timestamp", "correlation_id", "environment"}
    assert refused.json()["correlation_id"] == "request-2"
    assert [(line["event"], line["path"]) for line in of_second] == [("request", "/executors/bash/execute")]
    assert "hush" not in log.read_text()


def _ids(*numbers: int) -> list[str]:
    return [f"request-{number}" for number in numbers]


def test_level_holds_for_the_supervisor_too(start_server: Callable[..., Any], tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = start_server(stderr=log, LOG_LEVEL="warning")

    assert server.client.post("/executors/bash/execute", json={"code": "true"}).status_code == 200
    server.stop()

    assert [line for line in lines(log) if line["level"] in {"debug", "info"}] == []


def test_log_file_takes_what_the_api_says(start_server: Callable[..., Any], tmp_path: Path) -> None:
    server = start_server(stderr=tmp_path / "errors", LOG_FILE=str(tmp_path / "log"))

    server.client.post("/executors/bash/execute", json={"code": "true"}, headers={"X-Request-ID": "request-1"})
    server.stop()

    def loggers(name: str) -> set[str]:
        return {line["logger"] for line in lines(tmp_path / name) if line.get("correlation_id") == "request-1"}

    assert (loggers("log"), loggers("errors")) == ({"runward.api"}, {"runward.sandbox"})


def test_request_is_one_trace_down_to_the_sandbox(start_server: Callable[..., Any]) -> None:
    with receiver() as collector:
        server = start_server(
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.port}", OTEL_SERVICE_NAME="mine"
        )
        answer = server.client.post(
            "/executors/cpp/execute",
            json={"code": "int main() { return 7; } // a secret program"},
            headers={"traceparent": PARENT, "X-Request-ID": "request-1"},
        )
        assert answer.json()["status"] == "error"
        assert server.stop() == 0
        requests = collector.rest()

    spans = [span for span in spans_in(requests) if span.trace_id == PARENT.split("-")[1]]
    (request,) = (span for span in spans if span.parent_id == PARENT.split("-")[2])
    steps = [span for span in spans if span.parent_id == request.span_id]
    slots = [span.parent_id for span in spans if span.name == "slot"]
    assert request.name == "POST /executors/{language}/execute"
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["runward.correlation_id"] == "request-1"
    assert request.resource["service.name"] == "mine"
    assert request.resource["runward.role"] == "serve"
    assert [step.name for step in steps if step.name != "step compile"] == ["step run"]
    assert slots == [step.span_id for step in steps]
    assert steps[-1].attributes["runward.outcome"] == "exited"
    assert not [each for each in requests if b"secret program" in each.body]


def test_trace_goes_on_in_the_executor_of_another_host(start_server: Callable[..., Any]) -> None:
    with receiver() as collector:
        endpoint = f"http://127.0.0.1:{collector.port}"
        executor = start_server("executor", "--language", "bash", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
        gateway = start_server(PYTHON_EXECUTOR_URL=executor.url, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
        gateway.client.post("/executors/python/execute", json={"code": "true"}, headers={"traceparent": PARENT})
        gateway.stop()
        executor.stop()
        spans = [span for span in spans_in(collector.rest()) if span.trace_id == PARENT.split("-")[1]]

    roles = {span.resource["runward.role"]: span for span in spans if span.attributes.get("http.route")}
    assert roles["executor-bash"].parent_id == roles["serve"].span_id


def test_our_fault_reaches_sentry_and_no_other_does(start_server: Callable[..., Any], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with receiver() as sentry:
        server = start_server(
            stderr=log,
            PYTHON_EXECUTOR_URL="http://127.0.0.1:1",
            SENTRY_DSN=f"http://public@127.0.0.1:{sentry.port}/7",
        )
        secret = {"code": "exit 3 # a secret program"}
        assert server.client.post("/executors/bash/execute", json=secret).json()["status"] == "error"
        assert server.client.post("/executors/bash/execute", json={"no": "code"}).status_code == 422
        failed = server.client.post(
            "/executors/python/execute",
            json=secret,
            headers={"X-Request-ID": "request-1", "Cookie": "session=a-secret"},
        )
        assert server.stop() == 0
        requests = sentry.rest()

    (event,) = sentry_events_in(requests)
    assert (failed.status_code, failed.json()["code"]) == (502, "executor_failed")
    assert event["exception"]["values"][-1]["type"] == "ExecutorFailed"
    assert event["tags"] == {"correlation_id": "request-1", "role": "serve"}
    assert not [each for each in requests if b"secret program" in each.body or b"a-secret" in each.body]
    (told,) = (line for line in lines(log) if line["event"] == "request_failed")
    assert (told["correlation_id"], told["code"]) == ("request-1", "executor_failed")
