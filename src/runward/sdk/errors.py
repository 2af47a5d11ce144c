"""What can go wrong between a client and its server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runward.domain.errors import RequestError, RunwardError


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """What is wrong with one field of a request."""

    field: str
    message: str
    code: str


class RunwardApiError(RunwardError):
    """The server answered with an error; ``code`` is stable, and the server's log has the ``correlation_id``."""

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str,
        correlation_id: str = "",
        errors: tuple[FieldFault, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.correlation_id, self.errors, self.retry_after = correlation_id, errors, retry_after


class RequestRefused(RunwardApiError, RequestError):
    """The request cannot be carried out as it stands; the message says what to change."""


class NotFound(RequestRefused):
    """There is no such thing, or it is somebody else's."""


class Conflict(RequestRefused):
    """It does not go together with what is there."""


class TooLarge(RequestRefused):
    """More was sent than is taken."""


class Unauthorized(RunwardApiError):
    """The server does not know who calls: an API key or a login is missing, wrong or over."""


class Forbidden(RunwardApiError):
    """The caller may not do this."""


class RateLimited(RunwardApiError):
    """Too much was asked for; it may be asked for again after ``retry_after`` seconds."""


class ServerFault(RunwardApiError):
    """The server failed, or is not ready."""


class ServerUnreachable(RunwardError):
    """The connection cannot be made, or was lost and did not come back."""

    code = "server_unreachable"


class AnswerNotUnderstood(RunwardError):
    """What answered is no Runward server, or one of another time."""

    code = "answer_not_understood"


class WaitTimeout(RunwardError):
    """The execution had not ended when the caller's patience was over; it goes on."""

    code = "wait_timeout"

    def __init__(self, execution_id: object, *, seconds: float) -> None:
        super().__init__(f"the execution {execution_id} has not ended within {seconds:g} s; it goes on")
        self.execution_id, self.seconds = execution_id, seconds


_KINDS: dict[int, type[RunwardApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    429: RateLimited,
}


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> RunwardApiError:
    """Return the error that an answer tells of; where it is no problem+json, it came from something in between."""
    problem = _problem(body)
    kind = _KINDS.get(status, RequestRefused if 400 <= status < 500 else ServerFault)
    return kind(
        status=status,
        code=str(problem.get("code", f"http_{status}")),
        detail=str(problem.get("detail") or f"the server answered with HTTP status {status}"),
        correlation_id=str(problem.get("correlation_id") or headers.get("X-Correlation-ID", "")),
        errors=tuple(
            FieldFault(**{name: str(each.get(name, "")) for name in ("field", "message", "code")})
            for each in problem.get("errors") or ()
        ),
        retry_after=_seconds(headers.get("Retry-After")),
    )


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None  # a date, which only things in between send; the usual back-off will do
