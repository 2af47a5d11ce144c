"""Problems: the one table that turns errors into HTTP, and the one format they take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from runward.accounts.errors import (
    AuthenticationRequired,
    CredentialsRefused,
    LoginRefused,
    PermissionRefused,
    TooManyCalls,
)
from runward.accounts.keys import TooManyKeys
from runward.api.errors import (
    ArtifactNotFound,
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    CodeTooLong,
    ExecutorFailed,
    ExecutorMissing,
    ExecutorRefused,
    ExecutorResting,
    ExecutorTimedOut,
    KeyRefused,
    MetricsRefused,
)
from runward.api.schemas.problem import Problem
from runward.domain.errors import (
    LanguageUnavailable,
    QueueFull,
    RequestError,
    RunwardError,
    SandboxError,
    ShuttingDown,
    UnknownLanguage,
)
from runward.executions.policy import IdempotencyKeyReused, SessionFull, SourceTooLong
from runward.sessions.uploads import UploadsFull
from runward.store import StoreError
from runward.store.api_keys import KeyEnded, KeyNotFound
from runward.store.executions import ExecutionNotFound
from runward.store.sessions import SessionNotFound, VersionNotFound
from runward.store.uploads import UploadNotFound
from runward.store.users import LastAdmin, UsernameTaken, UserNotFound
from runward.telemetry import current_correlation_id, report_fault

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger("runward.api")

# The nearest class in an error's line of descent decides.
_STATUS: dict[type[RunwardError], int] = {
    RunwardError: 500,
    RequestError: 422,
    KeyRefused: 401,
    AuthenticationRequired: 401,
    CredentialsRefused: 401,
    LoginRefused: 401,
    PermissionRefused: 403,
    UserNotFound: 404,
    KeyNotFound: 404,
    MetricsRefused: 401,
    UnknownLanguage: 404,
    SessionNotFound: 404,
    VersionNotFound: 404,
    ExecutionNotFound: 404,
    ArtifactNotFound: 404,
    UploadNotFound: 404,
    ExecutorMissing: 404,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    CodeTooLong: 413,
    SourceTooLong: 413,
    LanguageUnavailable: 424,
    SessionFull: 409,
    IdempotencyKeyReused: 409,
    UploadsFull: 409,
    UsernameTaken: 409,
    LastAdmin: 409,
    KeyEnded: 409,
    TooManyKeys: 409,
    QueueFull: 429,
    TooManyCalls: 429,
    ClientGone: 499,
    ExecutorFailed: 502,
    SandboxError: 503,
    StoreError: 503,
    ShuttingDown: 503,
    ExecutorResting: 503,
    ExecutorTimedOut: 504,
}


class ProblemResponse(Response):
    """An error in RFC 9457's format."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        *,
        code: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = {
            "type": f"urn:runward:problem:{code}",
            "title": _title(status),
            "status": status,
            "detail": detail,
            "code": code,
            "correlation_id": current_correlation_id() or "",
            "errors": errors or [],
            **(extra or {}),
        }
        # ASCII: a lone surrogate from the request's text would not go through as UTF-8.
        super().__init__(json.dumps(body).encode("ascii"), status, dict(headers or {}))


def problem_of(error: RunwardError) -> ProblemResponse:
    """Return the answer that tells of this error."""
    extra: dict[str, object] = {}
    headers: dict[str, str] = {}
    if isinstance(error, ExecutorRefused):
        if error.retry_after is not None:
            headers["Retry-After"] = error.retry_after
        return ProblemResponse(error.status, code=error.remote_code, detail=str(error), headers=headers)
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    if isinstance(error, LanguageUnavailable):
        extra["install"] = error.install
    if isinstance(error, (QueueFull, ExecutorResting, TooManyCalls)):
        headers["Retry-After"] = str(error.retry_after)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    if isinstance(error, KeyRefused):
        headers["WWW-Authenticate"] = "ExecutorKey"
    elif isinstance(error, CredentialsRefused):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    elif status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyCalls):
        headers["RateLimit-Limit"], headers["RateLimit-Remaining"] = str(error.limit), "0"
        headers["RateLimit-Reset"] = str(error.retry_after)
    return ProblemResponse(status, code=error.code, detail=str(error), extra=extra, headers=headers)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document these refusals, and those that any call may meet, in a route's OpenAPI entry."""
    return {
        status: {"description": _title(status), "content": {MEDIA_TYPE: {"schema": {"$ref": _SCHEMA}}}}
        for status in sorted({*statuses, 500})
    }


def install_handlers(app: FastAPI) -> None:
    """Make every error that leaves a route a problem."""
    app.add_exception_handler(RunwardError, _on_runward_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


_SCHEMA = "#/components/schemas/Problem"


def problem_schemas() -> dict[str, Any]:
    """Return the OpenAPI components that ``responses`` refers to."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **definitions}


def _title(status: int) -> str:
    return "Client Closed Request" if status == 499 else HTTPStatus(status).phrase


async def _on_runward_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RunwardError)
    response = problem_of(error)
    # One that rests was reported when it failed.
    if response.status_code >= 500 and not isinstance(error, (ShuttingDown, ExecutorResting)):
        _log.error("request_failed", code=error.code, detail=str(error))
        report_fault(error)
    # Starlette hands a WebSocket over like a request, and sends nothing itself.
    connection: HTTPConnection = request
    if isinstance(connection, WebSocket) and connection.application_state is WebSocketState.CONNECTING:
        await connection.send_denial_response(response)
    return response


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return ProblemResponse(400, code="invalid_json", detail=f"the body is not JSON: {faults[0]['ctx']['error']}")
    unread = faults[0]["loc"] == ("body",) and faults[0]["type"] != "missing"
    if unread and not _is_json(request.headers.get("content-type", "")):
        detail = "the body must be JSON, and say so: send the header Content-Type: application/json"
        return ProblemResponse(415, code="unsupported_media_type", detail=detail)
    errors = [
        {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"], "code": fault["type"]} for fault in faults
    ]
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in errors)
    return ProblemResponse(422, code="invalid_request", detail=detail, errors=errors)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


async def _on_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return ProblemResponse(error.status_code, code=code, detail=error.detail, headers=error.headers)
