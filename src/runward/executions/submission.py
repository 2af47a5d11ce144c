"""Submitting: everything that is checked and written in the one transaction that queues an execution."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
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
from runward.store.executions import (
    Execution,
    NewExecution,
    count_by_session,
    count_queued,
    get_execution,
    insert_execution,
    nth_latest_at,
)
from runward.store.idempotency import find_key, insert_key

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is to be queued; ``id`` is chosen before, so that a transaction that is run again queues the same.

    ``told`` is what its sender sent, where the request holds more: an idempotency key stands for that.
    """

    id: UUID
    request: Mapping[str, Any]
    language: str
    submitter: Submitter
    session_id: UUID | None = None
    priority: int = 0
    idempotency_key: str | None = None
    time_to_live: timedelta | None = None
    correlation_id: str = ""
    traceparent: str | None = None
    told: Mapping[str, Any] | None = None


def submit(
    connection: Connection, wish: Submission, policy: ExecutionPolicy, *, now: datetime
) -> tuple[Execution, bool]:
    """Queue it; return the row, and whether it is new: with a key that was sent before it is the one of then."""
    if wish.idempotency_key is not None:
        known = _find_earlier(connection, wish, now=now)
        if known is not None:
            return known, False
    if wish.session_id is not None:
        _check_session(connection, wish.session_id, policy, now=now)
    _check_backlog(connection, wish.submitter.key, policy)
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
    insert_execution(connection, new, now=now)
    if wish.idempotency_key is not None and not insert_key(
        connection,
        scope=wish.submitter.key,
        key=wish.idempotency_key,
        execution_id=wish.id,
        fingerprint=_fingerprint(wish),
        expires_at=now + policy.idempotency,
    ):
        raise Raced
    return get_execution(connection, wish.id), True


class Raced(Exception):
    """An equal key was committed while this transaction ran: roll back, and look again."""


def _find_earlier(connection: Connection, wish: Submission, *, now: datetime) -> Execution | None:
    assert wish.idempotency_key is not None, "only asked with a key"
    known = find_key(connection, scope=wish.submitter.key, key=wish.idempotency_key, now=now)
    if known is None:
        return None
    if known.fingerprint != _fingerprint(wish):
        raise IdempotencyKeyReused
    return get_execution(connection, known.execution_id)


def _fingerprint(wish: Submission) -> str:
    sent = wish.request if wish.told is None else wish.told
    told = json.dumps([str(wish.session_id), sent, wish.priority], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _check_session(connection: Connection, session_id: UUID, policy: ExecutionPolicy, *, now: datetime) -> None:
    if count_by_session(connection, session_id) >= policy.per_session:
        raise SessionFull(limit=policy.per_session)
    limit = policy.per_session_minute
    blocking = nth_latest_at(connection, session_id, limit)
    # What lies ahead was queued before the clock was set back; for how long that blocks, nobody could tell.
    if blocking is not None and now - _MINUTE < blocking <= now + _MINUTE:
        wait = max(1, math.ceil((blocking + _MINUTE - now).total_seconds()))
        raise SessionBusy(limit=limit, retry_after=wait)


def _check_backlog(connection: Connection, key: str, policy: ExecutionPolicy) -> None:
    for limit, whose in ((policy.backlog, None), (policy.backlog_per_key, key)):
        if count_queued(connection, key=whose, at_most=limit) >= limit:
            raise QueueFull(limit=limit, retry_after=1)
