"""Sessions: code that is kept, run, and kept in versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from runward.sdk import call as calls
from runward.sdk.aio.run import AsyncRun
from runward.sdk.aio.transport import AsyncTransport
from runward.sdk.call import Id, Page
from runward.sdk.execution import ExecutionEntry
from runward.sdk.options import RunOptions
from runward.sdk.session import Session, SessionState, Version, VersionEntry


class AsyncSessions:
    """The sessions of one server that the caller may see."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self, language: str, source_code: str, *, files: Mapping[str, str] | None = None, entry: str | None = None
    ) -> SessionState:
        """Open a session.  Where the answer is lost this is not tried again: it could leave a session nobody knows."""
        call = calls.create_session(language, source_code, files=files, entry=entry, repeatable=False)
        return await self._transport.send(call)

    async def get(self, session_id: Id) -> Session:
        """Return the session with its code."""
        return await self._transport.send(calls.get_session(session_id))

    async def list(self, *, limit: int = 50, before: Id | None = None) -> Page[Session]:
        """Return a page of the caller's sessions, the newest first; the next begins before the last one's id."""
        return await self._transport.send(calls.list_sessions(limit=limit, before=before))

    async def save(
        self,
        session_id: Id,
        source_code: str | None = None,
        *,
        files: Mapping[str, str] | None = None,
        entry: str | None = None,
    ) -> SessionState:
        """Save what was changed; cheap enough for every keystroke."""
        changes = {"source_code": source_code, "files": files, "entry": entry}
        return await self._transport.send(calls.save_session(session_id, changes))

    async def delete(self, session_id: Id) -> None:
        """Remove the session with its versions and executions; what still runs is killed."""
        await self._transport.send(calls.delete_session(session_id))

    async def run(
        self, session_id: Id, *, idempotency_key: str | None = None, **options: Unpack[RunOptions]
    ) -> AsyncRun:
        """Queue a run of the code as it is now, once however often this is tried, and return at once."""
        call = calls.run_session(session_id, options, idempotency_key=idempotency_key)
        execution = await self._transport.send(call)
        return AsyncRun(self._transport, execution.execution_id)

    async def executions(self, session_id: Id, *, limit: int = 50, before: Id | None = None) -> Page[ExecutionEntry]:
        """Return a page of its executions, the newest first."""
        return await self._transport.send(calls.list_executions(session_id, limit=limit, before=before))

    async def versions(self, session_id: Id, *, limit: int = 50, before: int | None = None) -> Page[VersionEntry]:
        """Return a page of its versions, the newest first."""
        return await self._transport.send(calls.list_versions(session_id, limit=limit, before=before))

    async def keep(self, session_id: Id, message: str = "") -> VersionEntry:
        """Keep the code as it is now as a version."""
        return await self._transport.send(calls.keep_version(session_id, message))

    async def version(self, session_id: Id, number: int) -> Version:
        """Return a version with its code."""
        return await self._transport.send(calls.get_version(session_id, number))

    async def diff(self, session_id: Id, number: int, against: int) -> str:
        """Return what changed from one version to another, in the unified format."""
        return await self._transport.send(calls.diff_versions(session_id, number, against))

    async def restore(self, session_id: Id, number: int) -> VersionEntry:
        """Make a version's code the session's again, and return the new version that it is."""
        return await self._transport.send(calls.restore_version(session_id, number))
