"""Sessions as their faces see them; each call names who makes it, and what is not theirs is not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from runward.accounts.identity import Identity
from runward.domain.ids import new_id
from runward.domain.limits import LimitRequest
from runward.engine import InputFile
from runward.executions import ExecutionRequest, Executions, Idempotency, Submission, Submitter, UploadedFile
from runward.executions.policy import SourceTooLong
from runward.languages import Registry
from runward.sandbox import Terminal
from runward.sessions.uploads import get_own
from runward.store import Database
from runward.store import executions as execution_rows
from runward.store import sessions as rows
from runward.store.executions import Execution, Summary
from runward.store.sessions import Code, Session, SessionNotFound, Version
from runward.telemetry import current_correlation_id, current_traceparent, new_correlation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWish:
    """An upload that the program is to find at a path."""

    path: str
    upload_id: UUID
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """How a session's code is to be run; what is left out is the server's default."""

    stdin: bytes = b""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    compiler_flags: tuple[str, ...] = ()
    input_files: tuple[InputFile, ...] = ()
    uploads: tuple[UploadWish, ...] = ()
    artifacts: tuple[str, ...] = ()
    limits: LimitRequest = LimitRequest()
    tier: str | None = None
    interactive: bool = False
    terminal: Terminal | None = None
    priority: int = 0
    version: int | None = None
    idempotency_key: str | None = None
    cache: bool = False


class Sessions:
    """Code under edit, kept at every keystroke and run on demand."""

    def __init__(self, *, database: Database, executions: Executions, registry: Registry) -> None:
        self._database, self._executions, self._registry = database, executions, registry

    async def create(self, identity: Identity, *, language: str, code: Code) -> Session:
        """Open a session."""
        self._check_size(code.source_code, code.files)
        session_id, language = new_id(), self._registry.get(language).id

        def work(connection: Connection) -> Session:
            now = self._database.clock(connection)
            session = Session(
                id=session_id,
                owner_id=identity.account_id,
                language=language,
                code=code,
                status=rows.ACTIVE,
                last_version=0,
                created_at=now,
                updated_at=now,
            )
            rows.insert_session(connection, session)
            return session

        return await self._database.transact(work)

    async def save(self, identity: Identity, session_id: UUID, changes: Mapping[str, Any]) -> str:
        """Keep what was changed of ``source_code``, ``files`` and ``entry``; return the session's status."""
        self._check_size(changes.get("source_code", ""), changes.get("files") or {})

        def work(connection: Connection) -> str:
            now = self._database.clock(connection)
            owner = None if identity.is_admin else (identity.account_id,)
            status = rows.save_code(connection, session_id, changes, now=now, owner=owner)
            if status is None:
                raise SessionNotFound(session_id)
            return status

        return await self._database.transact(work)

    async def get(self, identity: Identity, session_id: UUID) -> Session:
        """Return the session."""
        return await self._database.read(lambda connection: _get(connection, identity, session_id))

    async def list_(self, identity: Identity, *, limit: int, before: UUID | None) -> list[Session]:
        """Return a page of the caller's own sessions, the newest first."""
        return await self._database.read(
            lambda connection: rows.list_sessions(connection, owner_id=identity.account_id, limit=limit, before=before)
        )

    async def delete(self, identity: Identity, session_id: UUID) -> None:
        """Remove the session, its versions and its executions; what still runs is killed."""

        def work(connection: Connection) -> list[UUID]:
            _get(connection, identity, session_id, lock=True)
            unfinished = execution_rows.list_unfinished(connection, session_id)
            rows.delete_session(connection, session_id)
            return unfinished

        for execution_id in await self._database.transact(work, long=True):
            self._executions.tell_deleted(execution_id)

    async def run(
        self, identity: Identity, session_id: UUID, wish: RunWish, *, patience: timedelta = timedelta(0)
    ) -> Execution:
        """Queue a run of the code as it is now, or of a version; return it as it is once it ends or patience is over."""
        # Now: the work is done in whatever context the database has.
        execution_id, traceparent = new_id(), current_traceparent()
        correlation_id = current_correlation_id() or new_correlation_id()

        def compose(connection: Connection) -> Submission:
            # Locked while we refer to what they hold, as are uploads.
            session, last = rows.get_for_run(connection, session_id)
            _check_owner(identity, session)
            code = session.code if wish.version is None else rows.get_version(connection, session_id, wish.version).code
            uploads = [_uploaded(connection, identity, upload) for upload in wish.uploads]
            request = self._executions.check(self._request(session, code, wish, uploads))
            if code == session.code != last:
                rows.insert_version(connection, session, message="run", now=self._database.clock(connection))
            submitter = Submitter(
                owner_id=session.owner_id, key=identity.fairness_key, key_limit=identity.quotas.concurrent_runs
            )
            return Submission(
                id=execution_id,
                request=request.to_json(),
                language=request.language,
                submitter=submitter,
                session_id=session_id,
                priority=wish.priority,
                correlation_id=correlation_id,
                traceparent=traceparent,
                blobs=[upload.sha256 for upload in uploads],
            )

        idempotency = _idempotency(identity, session_id, wish)
        if patience:
            return await self._executions.submit_and_wait(execution_id, compose, patience, idempotency=idempotency)
        execution, _ = await self._executions.submit(compose, idempotency=idempotency)
        return execution

    async def list_executions(
        self, identity: Identity, session_id: UUID, *, limit: int, before: UUID | None
    ) -> list[Summary]:
        """Return a page of the session's executions, the newest first."""

        def work(connection: Connection) -> list[Summary]:
            _get(connection, identity, session_id)
            return execution_rows.list_by_session(connection, session_id, limit=limit, before=before)

        return await self._database.read(work)

    async def keep_version(self, identity: Identity, session_id: UUID, *, message: str) -> Version:
        """Keep the code as it is now; where the last version holds the same, that is the one."""

        def work(connection: Connection) -> Version:
            session = _get(connection, identity, session_id, lock=True)
            return rows.keep_version(connection, session, message=message, now=self._database.clock(connection))

        return await self._database.transact(work)

    async def list_versions(
        self, identity: Identity, session_id: UUID, *, limit: int, before: int | None
    ) -> list[Version]:
        """Return a page of the session's versions, the newest first."""

        def work(connection: Connection) -> list[Version]:
            _get(connection, identity, session_id)
            return rows.list_versions(connection, session_id, limit=limit, before=before)

        return await self._database.read(work)

    async def get_version(self, identity: Identity, session_id: UUID, number: int) -> Version:
        """Return one version."""

        def work(connection: Connection) -> Version:
            _get(connection, identity, session_id)
            return rows.get_version(connection, session_id, number)

        return await self._database.read(work)

    async def restore_version(self, identity: Identity, session_id: UUID, number: int) -> Version:
        """Make a version's code the session's own again; what was there is kept as a version first.  Return the new one."""

        def work(connection: Connection) -> Version:
            session = _get(connection, identity, session_id, lock=True)
            code, now = rows.get_version(connection, session_id, number).code, self._database.clock(connection)
            rows.keep_version(connection, session, message=f"before version {number} was restored", now=now)
            rows.save_code(connection, session_id, _changes(code), now=now)
            session = rows.get_session(connection, session_id)
            return rows.keep_version(connection, session, message=f"version {number} restored", now=now)

        return await self._database.transact(work)

    def _request(
        self, session: Session, code: Code, wish: RunWish, uploads: Sequence[UploadedFile]
    ) -> ExecutionRequest:
        source = code.source_code.encode()
        name = code.entry or self._registry.get(session.language).source_name_for(source)
        files = {name: InputFile(path=name, content=source)}
        files |= {path: InputFile(path=path, content=text.encode()) for path, text in code.files.items()}
        files |= {file.path: file for file in wish.input_files if file.path not in files}
        return ExecutionRequest(
            language=session.language,
            files=tuple(files.values()),
            uploads=tuple(file for file in uploads if file.path not in files),
            entry=name,
            stdin=wish.stdin,
            arguments=wish.arguments,
            environment=wish.environment,
            compiler_flags=wish.compiler_flags,
            limits=wish.limits,
            artifacts=wish.artifacts,
            tier=wish.tier,
            interactive=wish.interactive,
            terminal=wish.terminal,
            cache=wish.cache,
        )

    def _check_size(self, source_code: str, files: Mapping[str, str]) -> None:
        size = len(source_code.encode()) + sum(len(text.encode()) for text in files.values())
        if size > self._executions.policy.source_bytes:
            raise SourceTooLong(size=size, maximum=self._executions.policy.source_bytes)


def _get(connection: Connection, identity: Identity, session_id: UUID, *, lock: bool = False) -> Session:
    session = rows.get_session(connection, session_id, lock=lock)
    _check_owner(identity, session)
    return session


def _check_owner(identity: Identity, session: Session) -> None:
    if not identity.may_see(session.owner_id):
        raise SessionNotFound(session.id)


def _uploaded(connection: Connection, identity: Identity, wish: UploadWish) -> UploadedFile:
    found = get_own(connection, identity, wish.upload_id, lock=True)
    return UploadedFile(path=wish.path, sha256=found.sha256, size_bytes=found.size_bytes, executable=wish.executable)


def _idempotency(identity: Identity, session_id: UUID, wish: RunWish) -> Idempotency | None:
    if wish.idempotency_key is None:
        return None
    # Of what was sent alone: neither the code, which may have been changed meanwhile, nor what is in an upload, which
    # may have been deleted.
    sent = json.dumps([str(session_id), asdict(wish)], sort_keys=True, default=_plain)
    fingerprint = hashlib.sha256(sent.encode()).hexdigest()
    return Idempotency(scope=identity.fairness_key, key=wish.idempotency_key, fingerprint=fingerprint)


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _changes(code: Code) -> dict[str, Any]:
    return {"source_code": code.source_code, "files": dict(code.files), "entry": code.entry}
