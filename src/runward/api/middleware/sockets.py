"""What is told of every WebSocket: metrics, a span, and a line in the log, of the connection as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runward.telemetry import Span, SpanKind, continue_trace, current_correlation_id, span
from runward.telemetry.metrics import Metrics, SocketEnd

# RFC 6455, 7.4.1: no close frame came; and a fault of ours.
_LOST, _FAULT = 1006, 1011
_OPENED, _REFUSED, _CLIENT_GONE = 101, 403, 499
_ENDS = {
    1000: SocketEnd.NORMAL,
    1001: SocketEnd.GOING_AWAY,
    1005: SocketEnd.LEFT,  # no code came: of a connection that broke, uvicorn tells no other
    _LOST: SocketEnd.LEFT,
    1008: SocketEnd.REFUSED,
    1009: SocketEnd.REFUSED,  # a message that is too long
    _FAULT: SocketEnd.FAULT,
    1012: SocketEnd.TRY_AGAIN,
    1013: SocketEnd.TRY_AGAIN,
}

_log = structlog.get_logger("runward.api")


class ObservedSocket:
    """One connection; ``route`` returns its template, once its route is known."""

    def __init__(self, scope: Scope, metrics: Metrics, *, route: Callable[[Scope], str]) -> None:
        self._scope, self._metrics, self._route = scope, metrics, route
        self._began = time.perf_counter()
        self._open = ExitStack()
        # What the handshake was answered with, and with which code the connection ended.
        self._status: int | None = None
        self._code: int | None = None

    async def serve(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        """Have the app serve it, and tell of it."""

        async def receive_and_note() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self._code = self._code or message.get("code", _LOST)
            return message

        async def send_and_note(message: Message) -> None:
            self._note_sent(message)
            await send(message)

        attributes = {"http.request.method": "GET", "runward.correlation_id": current_correlation_id() or ""}
        with (
            continue_trace(Headers(scope=self._scope).get("traceparent")),
            span("WEBSOCKET", attributes, kind=SpanKind.SERVER) as connection,
            self._open,
        ):
            try:
                await app(self._scope, receive_and_note, send_and_note)
            except Exception:
                self._status = self._status or 500
                self._code = _FAULT
                raise
            finally:
                self._tell(connection)

    def _note_sent(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._status = _OPENED
            self._open.enter_context(self._metrics.socket_open(self._route(self._scope)))
        elif kind == "websocket.http.response.start":
            self._status = message["status"]
        elif kind == "websocket.close":
            if self._status is None:
                self._status = _REFUSED  # what a server answers with, where the connection was not opened
            self._code = self._code or message.get("code", 1000)

    def _tell(self, connection: Span) -> None:
        route, duration = self._route(self._scope), timedelta(seconds=time.perf_counter() - self._began)
        status = self._status or _CLIENT_GONE
        told = {"path": self._scope["path"], "status": status, "duration_ms": round(duration.total_seconds() * 1e3, 3)}
        connection.rename(f"WEBSOCKET {route}")
        connection.set("http.route", route)
        connection.set("http.response.status_code", status)
        if status != _OPENED:
            self._metrics.record_request(method="GET", route=route, status=status, duration=duration)
            _log.info("request", method="GET", **told)
            return
        code = self._code or _LOST
        end = _ENDS.get(code, SocketEnd.OTHER)
        self._metrics.record_socket_end(route=route, end=end, duration=duration)
        connection.set("runward.websocket.close_code", code)
        if end is SocketEnd.FAULT:
            connection.fail(str(code))
        _log.info("websocket", close_code=code, **told)
