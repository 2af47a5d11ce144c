"""Executions: their state, their events, their artifacts, their cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from runward.accounts.identity import Identity
from runward.api.authentication import Gate
from runward.api.errors import ArtifactNotFound, PositionUnknown
from runward.api.event_stream import EventStream
from runward.api.problem import responses
from runward.api.routes.sessions import PageLimit, Wait
from runward.api.schemas.execution import ExecutionEntry, ExecutionResponse, ExecutionState, execution_response
from runward.domain.access import Scope
from runward.domain.errors import RunwardError
from runward.executions import Executions
from runward.executions.events import STATUS, ExecutionEvent, to_line
from runward.queue.streams import position_key
from runward.sessions import Sessions
from runward.store.blobs import BlobStore
from runward.store.executions import Execution, ExecutionNotFound
from runward.telemetry.metrics import Metrics, Transport

# Proxies close what is silent for a minute; and a client that went away without a word is found out.
_HEARTBEAT_SECONDS = 15.0
_ENDING_SECONDS = 2.0
_PIECE_BYTES = 64 * 1024
_CANCEL_PATIENCE = timedelta(seconds=5)
_SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv"}
_ARTIFACT_HEADERS = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"}
_REFUSALS = (401, 403, 404, 422, 429, 503)
_POSITION: dict[str, Any] = {"pattern": "^([0-9]+(-[0-9]+)?)?$"}
_EVENTS = """\
`status` (its state; RUNNING with an attempt above 1 voids the output before it), `step` (compile or run begins), `output`
(`step`, `stream`, `text`, and `base64` with the exact bytes where they are not UTF-8), and at last `result`: the execution as GET returns it.  Every event that can be resumed after
bears an id.  A listener that comes when the events are kept no more gets the `result` alone."""
_EXAMPLE = """\
id: 1-0
event: status
data: {"status":"RUNNING","attempt":1,"worker":"host-1","started_at":"2026-01-01T00:00:00Z"}

id: 2-0
event: output
data: {"step":"run","stream":"stdout","text":"hello\\n"}

"""

# Of each event, as those who document and test APIs describe them: its fields, as they stand in its lines.
_DOCUMENTED: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
        "required": ["event", "data"],
    },
    "example": _EXAMPLE,
}


class ExecutionAccess:
    """Finds executions for who may see them."""

    def __init__(self, executions: Executions, gate: Gate) -> None:
        self._executions, self._gate = executions, gate

    async def get(self, identity: Identity, execution_id: UUID) -> Execution:
        """Return the execution; one that is somebody else's is not there."""
        execution = await self._executions.get(execution_id)
        if not await self._gate.may_see(identity, execution.owner_id, subject=f"execution:{execution_id}"):
            raise ExecutionNotFound(execution_id)
        return execution


def execution_routes(sessions: Sessions, executions: Executions, gate: Gate) -> APIRouter:
    """Return the routes of executions; what they give out is in ``output_routes``."""
    router = APIRouter(prefix="/executions", tags=["executions"])
    access, allow = ExecutionAccess(executions, gate), gate.allow
    reader, runner = Depends(allow(Scope.EXECUTIONS_READ)), Depends(allow(Scope.EXECUTIONS_RUN))
    refusals = responses(*_REFUSALS)

    @router.get("/session/{session_id}", summary="List a session's executions", responses=refusals)
    async def list_by_session(
        session_id: UUID,
        identity: Identity = reader,
        limit: PageLimit = 50,
        before: Annotated[UUID | None, Query(description="Those before this execution.")] = None,
    ) -> list[ExecutionEntry]:
        """List them, the newest first; the next page begins before the last one's id."""
        found = await sessions.list_executions(identity, session_id, limit=limit, before=before)
        return [
            ExecutionEntry(
                execution_id=each.id,
                status=each.status,
                execution_time_ms=each.execution_time_ms,
                created_at=each.queued_at,
            )
            for each in found
        ]

    @router.get("/{execution_id}", summary="Get an execution", responses=refusals, response_model_exclude_unset=True)
    async def get(execution_id: UUID, identity: Identity = reader, wait: Wait = 0.0) -> ExecutionResponse:
        """Tell where it is, and once it has ended what came of it."""
        execution = await access.get(identity, execution_id)
        if wait > 0:
            execution = await executions.wait(execution_id, timedelta(seconds=wait))
        return execution_response(execution)

    @router.post("/{execution_id}/cancel", summary="Cancel an execution", responses=refusals)
    async def cancel(execution_id: UUID, identity: Identity = runner) -> ExecutionState:
        """End it, queued or running; one that has ended stays as it is.  A program that runs is killed at once."""
        await access.get(identity, execution_id)
        execution = await executions.cancel(execution_id, reason="by its user")
        if not execution.status.is_terminal:
            execution = await executions.wait(execution_id, _CANCEL_PATIENCE)
        return ExecutionState(execution_id=execution.id, status=execution.status)

    return router


def output_routes(executions: Executions, blobs: BlobStore, gate: Gate, metrics: Metrics) -> APIRouter:
    """Return the routes of what executions give out: their events, and the files that they wrote."""
    router = APIRouter(prefix="/executions", tags=["executions"])
    access, endings = ExecutionAccess(executions, gate), _Endings(executions)
    reader = Depends(gate.allow(Scope.EXECUTIONS_READ))
    refusals = responses(*_REFUSALS)

    @router.get(
        "/{execution_id}/events",
        summary="Follow an execution",
        status_code=200,  # FastAPI finds no default in its signature
        response_class=EventStream,
        responses={200: {"description": _EVENTS, "content": {"text/event-stream": _DOCUMENTED}}, **refusals},
    )
    async def events(
        execution_id: UUID,
        identity: Identity = reader,
        last_event_id: Annotated[
            str, Header(max_length=64, description="Where a broken connection left off.", json_schema_extra=_POSITION)
        ] = "",
    ) -> EventStream:
        """Send what happens as it happens (server-sent events), from the beginning or after Last-Event-ID."""
        execution = await access.get(identity, execution_id)
        check_position(last_event_id)
        return EventStream(_events(executions, endings, execution, metrics, after=last_event_id))

    @router.get(
        "/{execution_id}/artifacts/{path:path}",
        summary="Get a file that the program wrote",
        response_class=Response,
        responses={200: {"description": "Its bytes", "content": {"application/octet-stream": {}}}, **refusals},
    )
    async def artifact(execution_id: UUID, path: str, identity: Identity = reader) -> Response:
        """Return it as a download: what a program wrote must never be taken for a page of this server."""
        execution = await access.get(identity, execution_id)
        kept = next((each for each in execution.artifacts or () if each["path"] == path and each["sha256"]), None)
        if kept is None:
            raise ArtifactNotFound(path)
        content = await blobs.get(kept["sha256"])
        return Response(content, media_type=_media_type(kept), headers=_ARTIFACT_HEADERS)

    return router


async def told(executions: Executions, event: ExecutionEvent, execution_id: UUID) -> bytes:
    """Return what a listener is told: of the last event, the whole execution as it ended."""
    if not event.is_last:
        return event.content
    execution = await executions.get(execution_id)
    return to_line(execution_response(execution).model_dump(mode="json", exclude_unset=True))


def first_event(execution: Execution) -> ExecutionEvent | None:
    """Return what tells a new listener that the execution still waits."""
    if execution.started_at is not None or execution.status.is_terminal:
        return None
    return ExecutionEvent.of(STATUS, {"status": execution.status})


def check_position(position: str) -> None:
    """Raise PositionUnknown for what is no id of an event."""
    try:
        position_key(position)
    except ValueError:
        raise PositionUnknown(position) from None


class _Endings:
    """The last events, each made once for all who listen: a thousand must neither read nor hold it a thousand times."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions
        self._made: dict[UUID, asyncio.Task[bytes]] = {}

    async def get(self, event: ExecutionEvent, execution_id: UUID) -> bytes:
        """Return the event as it is sent."""
        made = self._made.get(execution_id)
        if made is None:
            made = self._made[execution_id] = asyncio.create_task(self._make(event, execution_id))
            asyncio.get_running_loop().call_later(_ENDING_SECONDS, self._made.pop, execution_id, None)
        return await asyncio.shield(made)

    async def _make(self, event: ExecutionEvent, execution_id: UUID) -> bytes:
        return _sse(event, await told(self._executions, event, execution_id))


async def _events(
    executions: Executions, endings: _Endings, execution: Execution, metrics: Metrics, *, after: str
) -> AsyncGenerator[bytes | memoryview]:
    now = asyncio.get_running_loop().time
    spoke = now()
    first = first_event(execution)
    if first is not None and not after:
        yield _sse(first, first.content)
    # It may be deleted meanwhile, or the database be away: whoever asks again is told.
    with metrics.listening(Transport.SSE), suppress(RunwardError):
        async with aclosing(executions.listen(execution, after=after)) as source:
            async for events in source:
                if events:
                    for piece in _pieces(b"".join([_sse(each, each.content) for each in events if not each.is_last])):
                        yield piece
                    if events[-1].is_last:
                        for piece in _pieces(await endings.get(events[-1], execution.id)):
                            yield piece
                    spoke = now()
                elif now() >= spoke + _HEARTBEAT_SECONDS:
                    yield b": still here\n\n"
                    spoke = now()


def _pieces(said: bytes) -> Iterator[memoryview]:
    """Cut it: who reads slowly holds a piece of what all share, not all of it."""
    whole = memoryview(said)
    for begin in range(0, len(said), _PIECE_BYTES):
        yield whole[begin : begin + _PIECE_BYTES]


def _sse(event: ExecutionEvent, content: bytes) -> bytes:
    if not event.position:
        return b"event: %s\ndata: %s\n\n" % (event.kind.encode(), content)
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (event.position.encode(), event.kind.encode(), content)


def _media_type(kept: Any) -> str:
    # Images may be shown; anything else, above all HTML and SVG, is a download.
    media_type: str = kept["media_type"]
    return media_type if media_type in _SHOWN else "application/octet-stream"
