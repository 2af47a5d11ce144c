"""What is told of every request: a metric, a span, and a line in the log."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runward.api.middleware.sockets import ObservedSocket
from runward.telemetry import SpanKind, continue_trace, current_correlation_id, span
from runward.telemetry.metrics import Metrics

# The paths of no route are their callers' invention: one name for all of them.
UNMATCHED = "(unmatched)"
_CLIENT_GONE = 499
# Asked for every few seconds, by machines.
_QUIET = ("/health", "/metrics")

_log = structlog.get_logger("runward.api")


class ObservationMiddleware:
    """Tell of each request, with the template of its route: never its query, which may hold a secret."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when its answer starts: a stream's end may be hours away."""
        if scope["type"] == "websocket":
            await ObservedSocket(scope, self._metrics, route=_template).serve(self._app, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        began = time.perf_counter()
        status: int | None = None

        async def send_and_tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._tell(scope, status, time.perf_counter() - began)
            await send(message)

        attributes = {"http.request.method": method, "runward.correlation_id": current_correlation_id() or ""}
        with (
            continue_trace(Headers(scope=scope).get("traceparent")),
            span(method, attributes, kind=SpanKind.SERVER) as request,
        ):
            try:
                await self._app(scope, receive, send_and_tell)
            except Exception:
                status = status or self._tell(scope, 500, time.perf_counter() - began)
                raise
            else:
                status = status or self._tell(scope, _CLIENT_GONE, time.perf_counter() - began)
            finally:
                route = _template(scope)
                request.rename(f"{method} {route}")
                request.set("http.route", route)
                if status is not None:
                    request.set("http.response.status_code", status)
                    if status >= 500:
                        request.fail(str(status))

    def _tell(self, scope: Scope, status: int, seconds: float) -> int:
        method, route = scope["method"], _template(scope)
        self._metrics.record_request(method=method, route=route, status=status, duration=timedelta(seconds=seconds))
        log = _log.debug if route.startswith(_QUIET) and status < 400 else _log.info
        log("request", method=method, path=scope["path"], status=status, duration_ms=round(seconds * 1000, 3))
        return status


def _template(scope: Scope) -> str:
    """Return the path of the route that took the request, with names in the place of values."""
    route = scope.get("route")
    if route is None:
        return scope.get("root_path") or UNMATCHED  # what is mounted, such as the files of the documentation
    # Where a router was included below a prefix, its routes know only their own part of the path.
    whole = scope.get("fastapi", {}).get("effective_route_context")
    path: str = getattr(whole, "path_format", None) or route.path
    return path
