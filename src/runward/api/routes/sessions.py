"""Code sessions: create, save, run, and the versions of their code."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response

from runward.accounts.identity import Identity
from runward.api.authentication import Gate
from runward.api.problem import responses
from runward.api.schemas.execution import ExecutionResponse, ExecutionState, execution_response
from runward.api.schemas.session import (
    DiffResponse,
    RunCreate,
    SessionCreate,
    SessionResponse,
    SessionSave,
    SessionState,
    VersionCreate,
    VersionEntry,
    VersionResponse,
)
from runward.domain.access import Scope
from runward.engine import InputFile
from runward.sandbox import Terminal
from runward.sessions import RunWish, Sessions, UploadWish
from runward.store.sessions import Code, Session, Version

# Returns the dependency that lets in who has the scope, and yields who that is.
Allow = Callable[[Scope], Callable[..., Any]]
PageLimit = Annotated[int, Query(ge=1, le=200, description="The most of them.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="A version's number.")]
Wait = Annotated[float, Query(ge=0, le=120, description="Seconds to wait for its end; then this is the result.")]

_REFUSALS = (400, 401, 403, 404, 408, 413, 415, 422, 429, 503)


def session_routes(sessions: Sessions, gate: Gate) -> APIRouter:
    """Return the routes of sessions; their runs are in ``run_routes``, their versions in ``version_routes``."""
    router = APIRouter(prefix="/code-sessions", tags=["sessions"])
    allow = gate.allow
    reader, writer = Depends(allow(Scope.SESSIONS_READ)), Depends(allow(Scope.SESSIONS_WRITE))
    refusals = responses(*_REFUSALS)

    @router.post("", status_code=201, summary="Open a session", responses=refusals)
    async def create(body: SessionCreate, identity: Identity = writer) -> SessionState:
        """Keep a program, to be edited and run."""
        code = Code(source_code=body.source_code, files=body.files, entry=body.entry)
        session = await sessions.create(identity, language=body.language, code=code)
        return SessionState(session_id=session.id, status=session.status)

    @router.get("", summary="List your sessions", responses=refusals, response_model_exclude_unset=True)
    async def list_(
        identity: Identity = reader,
        limit: PageLimit = 50,
        before: Annotated[UUID | None, Query(description="Those before this session.")] = None,
    ) -> list[SessionResponse]:
        """List them, the newest first; the next page begins before the last one's id."""
        return [_session(each) for each in await sessions.list_(identity, limit=limit, before=before)]

    @router.patch("/{session_id}", summary="Save the code", responses=refusals)
    async def save(session_id: UUID, body: SessionSave, identity: Identity = writer) -> SessionState:
        """Save what was changed: cheap enough for every keystroke; never waits for a run."""
        changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
        status = await sessions.save(identity, session_id, changes)
        return SessionState(session_id=session_id, status=status)

    @router.get("/{session_id}", summary="Get a session", responses=refusals, response_model_exclude_unset=True)
    async def get(session_id: UUID, identity: Identity = reader) -> SessionResponse:
        """Return the session with its code."""
        session = await sessions.get(identity, session_id)
        await gate.may_see(identity, session.owner_id, subject=f"session:{session_id}")  # puts an admin on record
        return _session(session)

    @router.delete("/{session_id}", status_code=204, summary="Delete a session", responses=refusals)
    async def delete(session_id: UUID, identity: Identity = writer) -> None:
        """Remove it with its versions and executions; what still runs is killed."""
        await sessions.delete(identity, session_id)

    return router


def run_routes(sessions: Sessions, gate: Gate) -> APIRouter:
    """Return the route that runs a session's code."""
    router = APIRouter(prefix="/code-sessions", tags=["sessions"])
    runner = Depends(gate.admit(Scope.EXECUTIONS_RUN))

    @router.post(
        "/{session_id}/run",
        status_code=202,
        summary="Run the code",
        response_model=ExecutionState,
        responses={
            200: {"model": ExecutionResponse, "description": "It has ended within `wait`"},
            **responses(*_REFUSALS, 409),
        },
    )
    async def run(
        session_id: UUID,
        response: Response,
        body: Annotated[RunCreate | None, Body()] = None,
        identity: Identity = runner,
        wait: Wait = 0.0,
        idempotency_key: Annotated[
            str | None, Header(max_length=200, description="The same key again means the same execution, for a day.")
        ] = None,
    ) -> ExecutionState | Response:
        """Queue a run of the code as it is now, and return at once."""
        wish = _wish(body or RunCreate(), idempotency_key)
        execution = await sessions.run(identity, session_id, wish, patience=timedelta(seconds=wait))
        if wait > 0 and execution.status.is_terminal:
            told = execution_response(execution).model_dump_json(exclude_unset=True)
            # What is returned as it is gets none of the headers that tell of quotas by itself.
            return Response(told, media_type="application/json", headers=response.headers)
        return ExecutionState(execution_id=execution.id, status=execution.status)

    return router


def version_routes(sessions: Sessions, allow: Allow) -> APIRouter:
    """Return the routes of versions."""
    router = APIRouter(prefix="/code-sessions/{session_id}/versions", tags=["versions"])
    reader, writer = Depends(allow(Scope.SESSIONS_READ)), Depends(allow(Scope.SESSIONS_WRITE))
    refusals = responses(*_REFUSALS)

    @router.post("", status_code=201, summary="Keep a version", responses=refusals)
    async def keep(
        session_id: UUID, body: Annotated[VersionCreate | None, Body()] = None, identity: Identity = writer
    ) -> VersionEntry:
        """Keep the code as it is now; where the last version holds the same, that is the one."""
        message = body.message if body else ""
        return _entry(await sessions.keep_version(identity, session_id, message=message))

    @router.get("", summary="List the versions", responses=refusals)
    async def list_(
        session_id: UUID,
        identity: Identity = reader,
        limit: PageLimit = 50,
        before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Those before this number.")] = None,
    ) -> list[VersionEntry]:
        """List them, the newest first.  What is run is kept as one, too."""
        found = await sessions.list_versions(identity, session_id, limit=limit, before=before)
        return [_entry(each) for each in found]

    @router.get("/{number}", summary="Get a version", responses=refusals)
    async def get(session_id: UUID, number: Number, identity: Identity = reader) -> VersionResponse:
        """Return a version with its code."""
        version = await sessions.get_version(identity, session_id, number)
        code = version.code
        return VersionResponse(
            **dict(_entry(version)), source_code=code.source_code, files=dict(code.files), entry=code.entry
        )

    @router.get("/{number}/diff", summary="Compare two versions", responses=refusals)
    async def diff(
        session_id: UUID,
        number: Number,
        against: Annotated[int, Query(ge=1, le=2**31 - 1, description="The version that is compared with it.")],
        identity: Identity = reader,
    ) -> DiffResponse:
        """Tell what changed from this version to the other, in the unified format."""
        old = await sessions.get_version(identity, session_id, number)
        new = await sessions.get_version(identity, session_id, against)
        return DiffResponse(from_version=number, to_version=against, diff=_diff(old, new))

    @router.post("/{number}/restore", summary="Restore a version", responses=refusals)
    async def restore(session_id: UUID, number: Number, identity: Identity = writer) -> VersionEntry:
        """Make its code the session's again, as a new version; nothing that was there is lost."""
        return _entry(await sessions.restore_version(identity, session_id, number))

    return router


def _wish(body: RunCreate, idempotency_key: str | None) -> RunWish:
    return RunWish(
        stdin=body.stdin_bytes(),
        arguments=tuple(body.arguments),
        environment=body.environment,
        compiler_flags=tuple(body.compiler_flags),
        input_files=tuple(
            InputFile(path=path, content=file.content(), executable=file.executable)
            for path, file in body.input_files.items()
            if file.upload_id is None
        ),
        uploads=tuple(
            UploadWish(path=path, upload_id=file.upload_id, executable=file.executable)
            for path, file in body.input_files.items()
            if file.upload_id is not None
        ),
        artifacts=tuple(body.artifacts),
        limits=body.limits.request(),
        tier=body.tier,
        interactive=body.interactive or body.terminal is not None,
        terminal=None if body.terminal is None else Terminal(rows=body.terminal.rows, columns=body.terminal.columns),
        priority=body.priority,
        version=body.version,
        idempotency_key=idempotency_key,
        cache=body.cache,
    )


def _session(session: Session) -> SessionResponse:
    code = session.code
    more: dict[str, Any] = {"files": dict(code.files)} if code.files else {}
    if code.entry is not None:
        more["entry"] = code.entry
    return SessionResponse(
        id=session.id,
        language=session.language,
        source_code=code.source_code,
        status=session.status,
        created_at=session.created_at,
        updated_at=session.updated_at,
        **more,
    )


def _entry(version: Version) -> VersionEntry:
    return VersionEntry(version=version.number, message=version.message, created_at=version.created_at)


def _diff(old: Version, new: Version) -> str:
    before, after = _texts(old), _texts(new)
    return "".join(
        line
        for path in sorted(before | after)
        for line in difflib.unified_diff(
            _lines(before.get(path, "")),
            _lines(after.get(path, "")),
            f"{path}@{old.number}",
            f"{path}@{new.number}",
        )
    )


def _lines(text: str) -> list[str]:
    # Not splitlines: to Python a line may also end at U+2028 or a form feed, to no reader of a diff.
    *lines, last = text.split("\n")
    whole = [f"{line}\n" for line in lines]
    return [*whole, f"{last}\n\\ No newline at end of file\n"] if last else whole


def _texts(version: Version) -> dict[str, str]:
    return {**version.code.files, version.code.entry or "source": version.code.source_code}
