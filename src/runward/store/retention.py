"""What is done every hour: the old archived, the expired and the unreferenced removed, the coming month prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, delete, select, text, tuple_

from runward.domain.ids import first_id_at
from runward.store.blobs import BlobId, BlobStore
from runward.store.database import Database
from runward.store.partitions import drop_partitions, ensure_partitions
from runward.store.references import forget_holders, list_referenced
from runward.store.statistics import TERMINAL, add_statistics
from runward.store.tables import audit_log, executions, idempotency_keys, usage

T = TypeVar("T")

# How long a blob may wait for the row that is to refer to it.
BLOB_GRACE = timedelta(days=1)
# One transaction's worth: what waits for the writer meanwhile waits for some milliseconds.
BATCH = 500
# On PostgreSQL, one process at a time.
_LOCK = 0x52574D41


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintained:
    """What was done; nothing, where another process is at it."""

    partitions_created: Sequence[str]
    executions_archived: int
    partitions_dropped: Sequence[str]
    keys_expired: int
    audit_entries_removed: int
    usage_days_removed: int
    blobs_removed: int


async def maintain(
    database: Database,
    blobs: BlobStore,
    *,
    retention_days: int,
    audit_days: int = 0,
    usage_days: int = 0,
    now: datetime,
) -> Maintained:
    """Do all that is due; may be killed at any moment, and called again at any time.

    The blobs come last: a bucket that is away must not keep the rest from being done.
    Executions that ended more than ``retention_days`` ago are archived: their statistics stay.  What
    was put on record goes after ``audit_days``, what a day's executions took after ``usage_days``.  0 keeps them for ever.
    """
    before = now - timedelta(days=retention_days)
    archived = await _repeat(database, lambda connection: archive_batch(connection, before)) if retention_days else 0
    expired = await _repeat(database, lambda connection: expire_keys(connection, now))
    audited = (
        await _repeat(database, partial(expire_audit, before=now - timedelta(days=audit_days))) if audit_days else 0
    )
    # Quotas ask for today alone; one day is the least, so today is never touched.
    oldest = (now - timedelta(days=usage_days)).date()
    charged = await _repeat(database, partial(expire_usage, oldest=oldest)) if usage_days else 0
    none = list[str]()
    created = await _alone(database, lambda connection: ensure_partitions(connection, now), other=none)
    dropped = none
    if retention_days:
        dropped = await _alone(database, lambda connection: drop_partitions(connection, before), other=none)

    async def referenced(some: Sequence[BlobId]) -> set[BlobId]:
        return await database.transact(lambda connection: list_referenced(connection, some), durable=False, long=True)

    removed = await blobs.prune(before=now - BLOB_GRACE, referenced=referenced)
    return Maintained(
        partitions_created=created,
        executions_archived=archived,
        partitions_dropped=dropped,
        keys_expired=expired,
        audit_entries_removed=audited,
        usage_days_removed=charged,
        blobs_removed=removed,
    )


def archive_batch(connection: Connection, before: datetime) -> int:
    """Archive some of the executions that ended before the moment, the oldest first, and tell how many."""
    query = (
        select(executions.c.id)
        .where(
            executions.c.id < first_id_at(before),
            executions.c.status.in_(TERMINAL),
            executions.c.finished_at < before,
        )
        .order_by(executions.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(query).scalars())
    if ids:
        add_statistics(connection, ids)
        forget_holders(connection, ids)
        connection.execute(delete(executions).where(executions.c.id.in_(ids)))
    return len(ids)


def expire_keys(connection: Connection, now: datetime) -> int:
    """Remove some of the idempotency keys whose time is over, and tell how many."""
    key = tuple_(idempotency_keys.c.scope, idempotency_keys.c.key)
    expired = select(idempotency_keys.c.scope, idempotency_keys.c.key).where(idempotency_keys.c.expires_at < now)
    return connection.execute(delete(idempotency_keys).where(key.in_(expired.limit(BATCH)))).rowcount


def expire_audit(connection: Connection, *, before: datetime) -> int:
    """Remove some of what was put on record before the moment, the oldest first, and tell how many."""
    ids = select(audit_log.c.id).where(audit_log.c.id < first_id_at(before), audit_log.c.at < before)
    old = ids.order_by(audit_log.c.id).limit(BATCH)
    return connection.execute(delete(audit_log).where(audit_log.c.id.in_(old))).rowcount


def expire_usage(connection: Connection, *, oldest: date) -> int:
    """Remove some of what was charged on days before the oldest to be kept, and tell how many."""
    columns = (usage.c.owner_id, usage.c.key_id, usage.c.day)
    old = select(*columns).where(usage.c.day < oldest).limit(BATCH)
    return connection.execute(delete(usage).where(tuple_(*columns).in_(old))).rowcount


async def _repeat(database: Database, batch: Callable[[Connection], int]) -> int:
    total = 0
    while done := await _alone(database, batch, other=0):
        total += done
    return total


async def _alone(database: Database, work: Callable[[Connection], T], *, other: T) -> T:
    def run(connection: Connection) -> T:
        if connection.dialect.name == "postgresql":
            mine = connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")).scalar_one()
            if not mine:
                return other
        return work(connection)

    return await database.transact(run, long=True)
