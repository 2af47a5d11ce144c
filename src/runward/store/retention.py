"""What is done every hour: the old archived, the expired and the unreferenced removed, the coming month prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, delete, select, text, tuple_

from runward.domain.ids import first_id_at
from runward.store.blobs import BlobId, BlobStore
from runward.store.database import Database
from runward.store.partitions import drop_partitions, ensure_partitions
from runward.store.references import forget_holders, list_referenced
from runward.store.statistics import TERMINAL, add_statistics
from runward.store.tables import executions, idempotency_keys

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
    blobs_removed: int


async def maintain(database: Database, blobs: BlobStore, *, retention_days: int, now: datetime) -> Maintained:
    """Do all that is due; may be killed at any moment, and called again at any time.

    The blobs come last: a bucket that is away must not keep the rest from being done.
    Executions that ended more than ``retention_days`` ago are archived: their statistics stay.  0 keeps them for ever.
    """
    before = now - timedelta(days=retention_days)
    archived = await _repeat(database, lambda connection: archive_batch(connection, before)) if retention_days else 0
    expired = await _repeat(database, lambda connection: expire_keys(connection, now))
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
