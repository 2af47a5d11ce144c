"""Sessions and their versions, read and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, bindparam, delete, desc, insert, select, update

from runward.domain.errors import RequestError
from runward.store.tables import session_versions, sessions

ACTIVE = "ACTIVE"


class SessionNotFound(RequestError):
    """There is no such session, or it is somebody else's."""

    code = "session_not_found"

    def __init__(self, session_id: UUID) -> None:
        super().__init__(f"there is no session {session_id}")
        self.session_id = session_id


class VersionNotFound(RequestError):
    """The session has no version of this number."""

    code = "version_not_found"

    def __init__(self, number: int) -> None:
        super().__init__(f"the session has no version {number}")
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a session holds: its source, and more files as text by their paths."""

    source_code: str
    files: Mapping[str, str]
    entry: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Code under edit; ``last_version`` is 0 before anything was kept."""

    id: UUID
    owner_id: UUID | None
    language: str
    code: Code
    status: str
    last_version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The code as it was; versions count from 1 and never change."""

    session_id: UUID
    number: int
    code: Code
    message: str
    created_at: datetime


def insert_session(connection: Connection, session: Session) -> None:
    """Keep a new session."""
    connection.execute(
        insert(sessions).values(
            id=session.id,
            owner_id=session.owner_id,
            language=session.language,
            **_values(session.code),
            status=session.status,
            last_version=session.last_version,
            created_at=session.created_at,
            updated_at=session.updated_at,
        )
    )


def get_session(connection: Connection, session_id: UUID, *, lock: bool = False) -> Session:
    """Return the session; ``lock`` keeps others from changing it before this transaction ends."""
    row = connection.execute(_GET_LOCKED if lock else _GET, {"of_id": session_id}).one_or_none()
    if row is None:
        raise SessionNotFound(session_id)
    return _session(row)


def get_for_run(connection: Connection, session_id: UUID) -> tuple[Session, Code | None]:
    """Return the session, locked, and the code of its last version, None where it has none."""
    row = connection.execute(_GET_FOR_RUN, {"of_id": session_id}).one_or_none()
    if row is None:
        raise SessionNotFound(session_id)
    last = (
        Code(source_code=row.last_source_code, files=row.last_files, entry=row.last_entry) if row.last_version else None
    )
    return _session(row), last


def list_sessions(
    connection: Connection, *, owner_id: UUID | None, limit: int, before: UUID | None = None
) -> list[Session]:
    """Return a page of an owner's sessions, the newest first, those before the id."""
    # Not IS NOT DISTINCT FROM, for which PostgreSQL uses no index.
    query = select(sessions).where(
        sessions.c.owner_id.is_(None) if owner_id is None else sessions.c.owner_id == owner_id
    )
    if before is not None:
        query = query.where(sessions.c.id < before)
    return [_session(row) for row in connection.execute(query.order_by(desc(sessions.c.id)).limit(limit))]


def save_code(
    connection: Connection,
    session_id: UUID,
    changes: Mapping[str, Any],
    *,
    now: datetime,
    owner: tuple[UUID | None] | None = None,
) -> str | None:
    """Change what is given of ``source_code``, ``files`` and ``entry``; return the status.

    None where the session is not there, or is not this ``owner``'s, where one is given.
    """
    given = {"of_id": session_id, "updated_at": now, **changes}
    if owner is None:
        return connection.execute(_SAVE, given).scalar_one_or_none()
    return connection.execute(_SAVE_OWN, given | {"of_owner_id": owner[0]}).scalar_one_or_none()


def delete_session(connection: Connection, session_id: UUID) -> bool:
    """Remove the session with its versions and executions; tell whether it was there."""
    return connection.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount > 0


def keep_version(connection: Connection, session: Session, *, message: str, now: datetime) -> Version:
    """Keep the session's code as a version, unless the last one holds the same; return the one that does."""
    if session.last_version:
        last = get_version(connection, session.id, session.last_version)
        if last.code == session.code:
            return last
    return insert_version(connection, session, message=message, now=now)


def insert_version(connection: Connection, session: Session, *, message: str, now: datetime) -> Version:
    """Keep the session's code as its next version."""
    version = Version(
        session_id=session.id, number=session.last_version + 1, code=session.code, message=message, created_at=now
    )
    connection.execute(
        insert(session_versions).values(
            session_id=version.session_id,
            number=version.number,
            **_values(version.code),
            message=message,
            created_at=now,
        )
    )
    connection.execute(update(sessions).where(sessions.c.id == session.id).values(last_version=version.number))
    return version


def get_version(connection: Connection, session_id: UUID, number: int) -> Version:
    """Return one version."""
    row = connection.execute(_GET_VERSION, {"of_session_id": session_id, "of_number": number}).one_or_none()
    if row is None:
        raise VersionNotFound(number)
    return _version(row)


def list_versions(connection: Connection, session_id: UUID, *, limit: int, before: int | None = None) -> list[Version]:
    """Return a page of versions, the newest first, those before the number."""
    query = select(session_versions).where(session_versions.c.session_id == session_id)
    if before is not None:
        query = query.where(session_versions.c.number < before)
    return [_version(row) for row in connection.execute(query.order_by(desc(session_versions.c.number)).limit(limit))]


def _values(code: Code) -> dict[str, Any]:
    return {"source_code": code.source_code, "files": dict(code.files), "entry": code.entry}


def _code(row: Row[Any]) -> Code:
    return Code(source_code=row.source_code, files=row.files, entry=row.entry)


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        owner_id=row.owner_id,
        language=row.language,
        code=_code(row),
        status=row.status,
        last_version=row.last_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _version(row: Row[Any]) -> Version:
    return Version(
        session_id=row.session_id, number=row.number, code=_code(row), message=row.message, created_at=row.created_at
    )


# Statements of every run and save, put together once: to build one costs more than to execute it.
_GET = select(sessions).where(sessions.c.id == bindparam("of_id"))
_GET_LOCKED = _GET.with_for_update()
_last = session_versions.alias()
_GET_FOR_RUN = (
    select(
        sessions,
        _last.c.source_code.label("last_source_code"),
        _last.c.files.label("last_files"),
        _last.c.entry.label("last_entry"),
    )
    .outerjoin_from(
        sessions, _last, and_(_last.c.session_id == sessions.c.id, _last.c.number == sessions.c.last_version)
    )
    .where(sessions.c.id == bindparam("of_id"))
    .with_for_update(of=sessions)
)
_GET_VERSION = select(session_versions).where(
    session_versions.c.session_id == bindparam("of_session_id"), session_versions.c.number == bindparam("of_number")
)
# Their columns are those that they are given besides.
_SAVE = update(sessions).where(sessions.c.id == bindparam("of_id")).returning(sessions.c.status)
_SAVE_OWN = _SAVE.where(sessions.c.owner_id.is_not_distinct_from(bindparam("of_owner_id")))
