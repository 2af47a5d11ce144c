"""Servers that take what a process tells of itself, as a collector and Sentry would."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSeen:
    """A span as the collector has it; ids in hexadecimal."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, object]
    resource: dict[str, object]
    status: str
    events: int


class Receiver:
    """An HTTP server on a free port that keeps what it is sent."""

    def __init__(self) -> None:
        received: SimpleQueue[Received] = SimpleQueue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                received.put(Received(path=self.path, headers=headers, body=body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
                """Say nothing."""

        self._received = received
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self) -> Received:
        """Return the next request; wait for it."""
        return self._received.get(timeout=PATIENCE_SECONDS)

    def rest(self) -> list[Received]:
        """Return what has come and was not taken."""
        found = []
        while True:
            try:
                found.append(self._received.get_nowait())
            except Empty:
                return found


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Open a receiver for the length of the block."""
    opened = Receiver()
    try:
        yield opened
    finally:
        opened.close()


def spans_in(requests: list[Received]) -> list[SpanSeen]:
    """Return the spans of OTLP requests."""
    found = []
    for request in requests:
        assert request.path == "/v1/traces"
        message = ExportTraceServiceRequest.FromString(request.body)
        for group in message.resource_spans:
            resource = _attributes(group.resource.attributes)
            found += [_seen(span, resource) for scope in group.scope_spans for span in scope.spans]
    return found


def _seen(span: Any, resource: dict[str, object]) -> SpanSeen:
    return SpanSeen(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes=_attributes(span.attributes),
        resource=resource,
        status=span.status.message,
        events=len(span.events),
    )


def _attributes(attributes: Any) -> dict[str, object]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def sentry_events_in(requests: list[Received]) -> list[dict[str, Any]]:
    """Return the events of Sentry's envelopes: lines of JSON, a header before each item."""
    found = []
    for request in requests:
        lines = [json.loads(line) for line in request.body.splitlines() if line]
        found += [item for header, item in zip(lines[1::2], lines[2::2], strict=True) if header["type"] == "event"]
    return found
