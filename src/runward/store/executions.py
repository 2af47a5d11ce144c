"""Executions: rows read and changed, each change naming the state that it expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    desc,
    func,
    insert,
    literal_column,
    select,
)

from runward.domain.errors import RequestError
from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.store.tables import executions

QUEUED, RUNNING = ExecutionStatus.QUEUED, ExecutionStatus.RUNNING


def _written_out(status: ExecutionStatus) -> ColumnElement[str]:
    # A plan that is made once, for whatever values, then knows the indexes of what has not ended.
    return literal_column(f"'{status}'")


def is_in(rows: FromClause, status: ExecutionStatus) -> ColumnElement[bool]:
    """Return the condition that one of these rows, the table's or an alias's, is in this state."""
    return rows.c.status == _written_out(status)


IS_QUEUED, IS_RUNNING = (is_in(executions, each) for each in (QUEUED, RUNNING))
IS_UNFINISHED = executions.c.status.in_([_written_out(each) for each in (QUEUED, RUNNING)])


class ExecutionNotFound(RequestError):
    """There is no such execution, or it is somebody else's."""

    code = "execution_not_found"

    def __init__(self, execution_id: UUID) -> None:
        super().__init__(f"there is no execution {execution_id}")
        self.execution_id = execution_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One row; what is None has not happened yet, or does not apply.  Columns are told in ``store/tables/executions``.

    ``attempts`` counts the times it was begun, ``losses`` those of them whose worker was lost.
    """

    id: UUID
    session_id: UUID | None
    owner_id: UUID | None
    language: str
    request: Mapping[str, Any]
    correlation_id: str
    traceparent: str | None
    status: ExecutionStatus
    priority: int
    key: str
    key_limit: int | None
    turn: int
    run_at: datetime
    expires_at: datetime | None
    worker: str | None
    epoch: int
    lease_until: datetime | None
    attempts: int
    losses: int
    cancel_reason: str | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Outcome | None
    message: str | None
    exit_code: int | None
    signal: int | None
    execution_time_ms: float | None
    cpu_time_ms: float | None
    memory_peak_bytes: int | None
    stdout: bytes | None
    stderr: bytes | None
    stdout_truncated: bool | None
    stderr_truncated: bool | None
    compile: Mapping[str, Any] | None
    artifacts: Sequence[Mapping[str, Any]] | None
    language_version: str | None
    cached: bool | None
    stdout_blob: str | None
    stderr_blob: str | None
    cache_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a list tells of an execution."""

    id: UUID
    status: ExecutionStatus
    execution_time_ms: float | None
    queued_at: datetime


_SUMMARY = (executions.c.id, executions.c.status, executions.c.execution_time_ms, executions.c.queued_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to finish an execution: who claimed it, and for the how manieth time it was claimed."""

    execution_id: UUID
    worker: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExecution:
    """What is known of an execution when it is submitted."""

    id: UUID
    session_id: UUID | None
    owner_id: UUID | None
    language: str
    request: Mapping[str, Any]
    correlation_id: str
    traceparent: str | None
    priority: int
    key: str
    key_limit: int | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand for one who would submit: what waits, what the session has had, and whose turn it would be.

    ``recent`` is when the session's so-manieth latest execution was queued, None where there are fewer.
    """

    queued: int
    queued_of_key: int
    of_session: int
    recent: datetime | None
    turn: int


def find_standing(
    connection: Connection,
    *,
    key: str,
    priority: int,
    session_id: UUID | None,
    recent: int,
    most_queued: int,
    most_of_key: int,
) -> Standing:
    """Tell how things stand, in one statement; counting stops at ``most_queued`` and ``most_of_key``."""
    given = {"of_key": key, "of_priority": priority, "of_session_id": session_id, "before": recent - 1}
    row = connection.execute(_STANDING, given | {"most": most_queued, "most_of_key": most_of_key}).one()
    queued, queued_of_key, count, recent_at, served, last = row
    return Standing(
        queued=queued,
        queued_of_key=queued_of_key,
        of_session=count,
        recent=recent_at,
        turn=max(served or 0, 0 if last is None else last + 1),
    )


def insert_execution(
    connection: Connection, new: NewExecution, *, turn: int, now: datetime, claimed: Mapping[str, Any] | None = None
) -> Execution:
    """Queue it, in its turn: who has much waiting or running comes after who has little.

    ``claimed`` are the columns of one that ``claims.insert_claimed`` takes at once.
    """
    values = {name: getattr(new, name) for name in _NEW}
    values |= {"turn": turn, "run_at": now, "queued_at": now, "losses": 0}
    values |= claimed or {"status": QUEUED, "epoch": 0, "attempts": 0}
    connection.execute(_INSERT, values)
    return Execution(**(_NOTHING | values))


def get_execution(connection: Connection, execution_id: UUID) -> Execution:
    """Return the execution."""
    found = find_execution(connection, execution_id)
    if found is None:
        raise ExecutionNotFound(execution_id)
    return found


def find_execution(connection: Connection, execution_id: UUID) -> Execution | None:
    """Return the execution, None where there is none."""
    row = connection.execute(_FIND, {"of_id": execution_id}).one_or_none()
    return None if row is None else execution_of(row)


def list_by_session(
    connection: Connection, session_id: UUID, *, limit: int, before: UUID | None = None
) -> list[Summary]:
    """Return a page of a session's executions, the newest first, those before the id."""
    query = select(*_SUMMARY).where(executions.c.session_id == session_id)
    if before is not None:
        query = query.where(executions.c.id < before)
    return [
        Summary(
            id=row.id,
            status=ExecutionStatus(row.status),
            execution_time_ms=row.execution_time_ms,
            queued_at=row.queued_at,
        )
        for row in connection.execute(query.order_by(desc(executions.c.id)).limit(limit))
    ]


def list_unfinished(connection: Connection, session_id: UUID) -> list[UUID]:
    """Return a session's executions that have not ended."""
    query = select(executions.c.id).where(executions.c.session_id == session_id, IS_UNFINISHED)
    return list(connection.execute(query).scalars())


def count_queued(connection: Connection, *, at_most: int) -> int:
    """Return how many wait; counting stops at ``at_most``."""
    query = select(executions.c.id).where(IS_QUEUED).limit(at_most)
    return connection.execute(select(_count(query))).scalar_one()


def oldest_queued_at(connection: Connection, *, now: datetime) -> datetime | None:
    """Return since when the one waits that has waited longest of those that may run, None where none waits."""
    query = select(func.min(executions.c.queued_at)).where(IS_QUEUED, executions.c.run_at <= now)
    oldest: datetime | None = connection.execute(query).scalar_one()
    return oldest


def execution_of(row: Row[Any]) -> Execution:
    """Return a whole row as a value."""
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public name for it)
    values["status"] = ExecutionStatus(values["status"])
    values["outcome"] = None if values["outcome"] is None else Outcome(values["outcome"])
    return Execution(**values)


def _count(query: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()


# The statements of every run, put together once: to build one costs more than to execute it.
_own = executions.c.key == bindparam("of_key")
_of_session = executions.c.session_id == bindparam("of_session_id")
_STANDING = select(
    _count(select(executions.c.id).where(IS_QUEUED).limit(bindparam("most"))),
    _count(select(executions.c.id).where(IS_QUEUED, _own).limit(bindparam("most_of_key"))),
    select(func.count()).where(_of_session).scalar_subquery(),
    select(executions.c.queued_at)
    .where(_of_session)
    .order_by(desc(executions.c.id))
    .offset(bindparam("before"))
    .limit(1)
    .scalar_subquery(),
    # Start-time fair queueing: the key's own next turn, but not before the turn that is being served now.
    select(executions.c.turn)
    .where(IS_QUEUED, executions.c.priority == bindparam("of_priority"))
    .order_by(executions.c.turn)
    .limit(1)
    .scalar_subquery(),
    select(func.max(executions.c.turn)).where(_own, IS_UNFINISHED).scalar_subquery(),
)
_INSERT = insert(executions)
_NEW = [field.name for field in fields(NewExecution)]
_NOTHING: dict[str, Any] = dict.fromkeys(field.name for field in fields(Execution))
_FIND = select(executions).where(executions.c.id == bindparam("of_id"))
