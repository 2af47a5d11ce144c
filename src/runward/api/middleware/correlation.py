"""The request's correlation id, and the last catch of errors that nobody expected."""

from __future__ import annotations

import re

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runward.api.problem import ProblemResponse
from runward.telemetry import bind_correlation_id, new_correlation_id, report_fault

HEADER = "X-Request-ID"
# What a client sends ends up in logs and headers, so only what is harmless there is taken over.
_SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

_STARTS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}

_log = structlog.get_logger("runward.api")


class CorrelationMiddleware:
    """Take the client's X-Request-ID or make one, answer with it, and log under it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id bound."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        correlation_id = given if _SANE.fullmatch(given) else new_correlation_id()
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] in _STARTS:
                started = True
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        with bind_correlation_id(correlation_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as error:
                report_fault(error)
                _log.exception("the request failed", method=scope.get("method", "GET"), path=scope["path"])
                if started or scope["type"] == "websocket":
                    raise
                detail = f"the server failed; its log tells why under {correlation_id}"
                await ProblemResponse(500, code="internal_error", detail=detail)(scope, receive, send_with_id)
