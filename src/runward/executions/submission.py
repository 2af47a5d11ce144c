"""Submitting: everything that is checked and written in the one transaction that queues an execution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from runward.domain.errors import QueueFull
from runward.executions.policy import (
    ExecutionPolicy,
    IdempotencyKeyReused,
    SessionBusy,
    SessionFull,
    Submitter,
)
from runward.store import claims
from runward.store.blobs import BlobId
from runward.store.executions import (
    QUEUED,
    Execution,
    NewExecution,
    Standing,
    find_execution,
    find_standing,
    insert_execution,
)
from runward.store.idempotency import delete_key, find_key, insert_key
from runward.store.references import refer

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is to be queued; ``id`` is chosen before, so that a transaction that is run again queues the same.

    ``blobs`` are those that the request names, kept as long as the execution.
    """

    id: UUID
    request: Mapping[str, Any]
    language: str
    submitter: Submitter
    correlation_id: str
    session_id: UUID | None = None
    priority: int = 0
    time_to_live: timedelta | None = None
    traceparent: str | None = None
    blobs: Sequence[BlobId] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A client's key, and the digest of what it sent with it: not of what we made of that, which may change or be gone."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What came of it: the execution as it was queued, or that of an earlier request with its key, as it is now.

    ``taken`` is what the worker may run that had a slot for it: this execution, or one that had waited for its turn.
    """

    execution: Execution
    is_new: bool
    taken: Execution | None = None


def find_earlier(connection: Connection, idempotency: Idempotency, *, now: datetime) -> Execution | None:
    """Return the execution of an earlier request with this key, as it is now; to be asked before anything is checked.

    Whoever sends a request again must get its first answer, even where the request would be refused by now.
    """
    known = find_key(connection, scope=idempotency.scope, key=idempotency.key, now=now)
    if known is None:
        return None
    if known.fingerprint != idempotency.fingerprint:
        raise IdempotencyKeyReused
    execution = find_execution(connection, known.execution_id)
    if execution is None:  # deleted with its session, or archived: its key stands for nothing any more
        delete_key(connection, scope=idempotency.scope, key=idempotency.key)
    return execution


def submit(
    connection: Connection,
    wish: Submission,
    policy: ExecutionPolicy,
    *,
    now: datetime,
    idempotency: Idempotency | None = None,
    worker: str | None = None,
) -> Submitted:
    """Queue it; where a ``worker`` has a slot for it, that claims what is next in the same transaction.

    With an ``idempotency`` for which there is an earlier one, raise Raced.
    """
    standing = find_standing(
        connection,
        key=wish.submitter.key,
        priority=wish.priority,
        session_id=wish.session_id,
        recent=policy.per_session_minute,
        most_queued=policy.backlog,
        most_of_key=policy.backlog_per_key,
    )
    if wish.session_id is not None:
        _check_session(standing, policy, now=now)
    _check_backlog(standing, policy)
    time_to_live = min(wish.time_to_live or policy.time_to_live, policy.time_to_live)
    new = NewExecution(
        id=wish.id,
        session_id=wish.session_id,
        owner_id=wish.submitter.owner_id,
        language=wish.language,
        request=wish.request,
        correlation_id=wish.correlation_id,
        traceparent=wish.traceparent,
        priority=wish.priority,
        key=wish.submitter.key,
        key_limit=wish.submitter.key_limit,
        expires_at=now + time_to_live,
    )
    execution, taken = _insert(connection, new, standing, worker=worker, lease=policy.lease, now=now)
    refer(connection, wish.id, wish.blobs)
    if idempotency is not None and not insert_key(
        connection,
        scope=idempotency.scope,
        key=idempotency.key,
        execution_id=wish.id,
        fingerprint=idempotency.fingerprint,
        expires_at=now + policy.idempotency,
    ):
        raise Raced
    return Submitted(execution=execution, is_new=True, taken=taken)


class Raced(Exception):
    """An equal key was committed while this transaction ran: roll back, and look again."""


def _insert(
    connection: Connection,
    new: NewExecution,
    standing: Standing,
    *,
    worker: str | None,
    lease: timedelta,
    now: datetime,
) -> tuple[Execution, Execution | None]:
    if worker is not None and standing.queued == 0 and new.key_limit is None:
        taken = claims.insert_claimed(connection, new, turn=standing.turn, worker=worker, lease=lease, now=now)
        return replace(taken, status=QUEUED, worker=None, epoch=0, attempts=0, lease_until=None, started_at=None), taken
    execution = insert_execution(connection, new, turn=standing.turn, now=now)
    if worker is None:
        return execution, None
    return execution, next(iter(claims.claim(connection, worker=worker, limit=1, lease=lease, now=now)), None)


def _check_session(standing: Standing, policy: ExecutionPolicy, *, now: datetime) -> None:
    if standing.of_session >= policy.per_session:
        raise SessionFull(limit=policy.per_session)
    # What lies ahead was queued before the clock was set back; for how long that blocks, nobody could tell.
    if standing.recent is not None and now - _MINUTE < standing.recent <= now + _MINUTE:
        wait = max(1, math.ceil((standing.recent + _MINUTE - now).total_seconds()))
        raise SessionBusy(limit=policy.per_session_minute, retry_after=wait)


def _check_backlog(standing: Standing, policy: ExecutionPolicy) -> None:
    for limit, queued in ((policy.backlog, standing.queued), (policy.backlog_per_key, standing.queued_of_key)):
        if queued >= limit:
            raise QueueFull(limit=limit, retry_after=1)
