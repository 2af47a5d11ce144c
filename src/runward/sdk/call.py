"""Every call that a server takes, as a value: what is sent, how the answer is read, and whether it may be sent twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from runward.sdk.execution import Execution, ExecutionEntry, entry_of, execution_of
from runward.sdk.options import RunOptions, run_body
from runward.sdk.reading import understand
from runward.sdk.server import Health, Language, Tokens, health_of, language_of, tokens_of
from runward.sdk.session import (
    Session,
    SessionState,
    Version,
    VersionEntry,
    session_of,
    state_of,
    version_entry_of,
    version_of,
)
from runward.sdk.upload import Content, Upload, name_of, upload_of

T = TypeVar("T")
Id = UUID | str
# Where a method is called ``list``, no annotation near it can say so.
Page = list[T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """A request and how its answer is read; ``repeatable``: sent twice, it comes to the same as sent once.

    Its body is JSON, or the bytes of a ``content``, which are sent as they are read.
    """

    method: str
    path: str
    parse: Callable[[bytes], T]
    body: Any = None
    content: Content | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    wait_seconds: float = 0.0
    anonymous: bool = False


def get_health() -> Call[Health]:
    """Ask how the server is."""
    return Call(method="GET", path="/health", parse=_one(health_of), anonymous=True)


def list_languages() -> Call[list[Language]]:
    """Ask for its languages."""
    return Call(method="GET", path="/languages", parse=_many(language_of))


def log_in(username: str, password: str) -> Call[Tokens]:
    """Log in.  A wrong password counts against its user, so it is sent once."""
    body = {"username": username, "password": password}
    return Call(method="POST", path="/auth/login", body=body, parse=_one(tokens_of), repeatable=False, anonymous=True)


def refresh(refresh_token: str) -> Call[Tokens]:
    """Get new tokens.  The token is good once: sent again, it would end the whole login."""
    body = {"refresh_token": refresh_token}
    return Call(method="POST", path="/auth/refresh", body=body, parse=_one(tokens_of), repeatable=False, anonymous=True)


def log_out() -> Call[None]:
    """End the login."""
    return Call(method="POST", path="/auth/logout", parse=_nothing)


def create_session(
    language: str, source_code: str, *, files: Mapping[str, str] | None, entry: str | None, repeatable: bool
) -> Call[SessionState]:
    """Open a session; ``repeatable`` where one that nobody knows of does no harm."""
    body = {"language": language, "source_code": source_code, "files": dict(files or {}), "entry": entry}
    return Call(method="POST", path="/code-sessions", body=body, parse=_one(state_of), repeatable=repeatable)


def get_session(session_id: Id) -> Call[Session]:
    """Get a session."""
    return Call(method="GET", path=_session(session_id), parse=_one(session_of))


def list_sessions(*, limit: int, before: Id | None) -> Call[list[Session]]:
    """List the caller's sessions."""
    return Call(method="GET", path="/code-sessions", query=_page(limit, before), parse=_many(session_of))


def save_session(session_id: Id, changes: Mapping[str, Any]) -> Call[SessionState]:
    """Save what was changed of a session; None was not."""
    body = {name: value for name, value in changes.items() if value is not None}
    return Call(method="PATCH", path=_session(session_id), body=body, parse=_one(state_of))


def delete_session(session_id: Id) -> Call[None]:
    """Delete a session."""
    return Call(method="DELETE", path=_session(session_id), parse=_nothing)


def run_session(
    session_id: Id, options: RunOptions, *, idempotency_key: str | None, wait_seconds: float = 0.0
) -> Call[Execution]:
    """Run a session's code, once however often it is sent: without a key of the caller's it gets one of ours."""
    return Call(
        method="POST",
        path=f"{_session(session_id)}/run",
        body=run_body(options),
        query={"wait": f"{wait_seconds:g}"} if wait_seconds else {},
        headers={"Idempotency-Key": idempotency_key or str(uuid.uuid4())},
        parse=_one(execution_of),
        wait_seconds=wait_seconds,
    )


def list_executions(session_id: Id, *, limit: int, before: Id | None) -> Call[list[ExecutionEntry]]:
    """List a session's executions."""
    path = f"/executions/session/{_part(session_id)}"
    return Call(method="GET", path=path, query=_page(limit, before), parse=_many(entry_of))


def get_execution(execution_id: Id, *, wait_seconds: float = 0.0) -> Call[Execution]:
    """Get an execution, after its end or after so many seconds."""
    query = {"wait": f"{wait_seconds:.3f}"} if wait_seconds else {}
    path = execution_path(execution_id)
    return Call(method="GET", path=path, query=query, parse=_one(execution_of), wait_seconds=wait_seconds)


def cancel_execution(execution_id: Id) -> Call[None]:
    """Cancel an execution."""
    return Call(method="POST", path=f"{execution_path(execution_id)}/cancel", parse=_nothing)


def get_artifact(execution_id: Id, path: str) -> Call[bytes]:
    """Get a file that the program wrote."""
    return Call(method="GET", path=f"{execution_path(execution_id)}/artifacts/{quote(path)}", parse=bytes)


def keep_version(session_id: Id, message: str) -> Call[VersionEntry]:
    """Keep the code as a version; the same code again is the same version."""
    path = f"{_session(session_id)}/versions"
    return Call(method="POST", path=path, body={"message": message}, parse=_one(version_entry_of))


def list_versions(session_id: Id, *, limit: int, before: int | None) -> Call[list[VersionEntry]]:
    """List a session's versions."""
    path = f"{_session(session_id)}/versions"
    return Call(method="GET", path=path, query=_page(limit, before), parse=_many(version_entry_of))


def get_version(session_id: Id, number: int) -> Call[Version]:
    """Get a version."""
    return Call(method="GET", path=f"{_session(session_id)}/versions/{number}", parse=_one(version_of))


def diff_versions(session_id: Id, number: int, against: int) -> Call[str]:
    """Compare two versions."""
    path = f"{_session(session_id)}/versions/{number}/diff"
    return Call(method="GET", path=path, query={"against": str(against)}, parse=_one(_diff_of))


def restore_version(session_id: Id, number: int) -> Call[VersionEntry]:
    """Restore a version; once it is the session's code, it is restored."""
    path = f"{_session(session_id)}/versions/{number}/restore"
    return Call(method="POST", path=path, parse=_one(version_entry_of))


def create_upload(content: Content, name: str | None) -> Call[Upload]:
    """Upload a file.  Where the answer is lost, it may be there: sent again, it would be there twice."""
    query = {"name": name_of(content, name)}
    return Call(method="POST", path="/uploads", query=query, content=content, parse=_one(upload_of), repeatable=False)


def get_upload(upload_id: Id) -> Call[Upload]:
    """Get what is known of an upload."""
    return Call(method="GET", path=f"/uploads/{_part(upload_id)}", parse=_one(upload_of))


def list_uploads(*, limit: int, before: Id | None) -> Call[list[Upload]]:
    """List the caller's uploads."""
    return Call(method="GET", path="/uploads", query=_page(limit, before), parse=_many(upload_of))


def delete_upload(upload_id: Id) -> Call[None]:
    """Delete an upload."""
    return Call(method="DELETE", path=f"/uploads/{_part(upload_id)}", parse=_nothing)


def execution_path(execution_id: Id) -> str:
    """Return where an execution is."""
    return f"/executions/{_part(execution_id)}"


def _session(session_id: Id) -> str:
    return f"/code-sessions/{_part(session_id)}"


def _part(value: Id) -> str:
    return quote(str(value), safe="")


def _page(limit: int, before: Id | int | None) -> dict[str, str]:
    return {"limit": str(limit), **({} if before is None else {"before": str(before)})}


def _one(parse: Callable[[Any], T]) -> Callable[[bytes], T]:
    return lambda body: understand(body, parse)


def _many(parse: Callable[[Any], T]) -> Callable[[bytes], list[T]]:
    return lambda body: understand(body, lambda told: [parse(each) for each in told])


def _nothing(_body: bytes) -> None: ...


def _diff_of(told: Any) -> str:
    return str(told["diff"])
