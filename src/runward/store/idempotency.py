"""Idempotency keys: which execution a key of a client stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from runward.store.tables import idempotency_keys
from runward.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """What a key stands for, and the digest of the request that it came with."""

    execution_id: UUID
    fingerprint: str


def find_key(connection: Connection, *, scope: str, key: str, now: datetime) -> IdempotencyKey | None:
    """Return what the key stands for; one whose time is over stands for nothing."""
    this = (idempotency_keys.c.scope == scope, idempotency_keys.c.key == key)
    connection.execute(delete(idempotency_keys).where(*this, idempotency_keys.c.expires_at <= now))
    row = connection.execute(select(idempotency_keys).where(*this)).one_or_none()
    return None if row is None else IdempotencyKey(execution_id=row.execution_id, fingerprint=row.fingerprint)


def delete_key(connection: Connection, *, scope: str, key: str) -> None:
    """Forget it."""
    this = (idempotency_keys.c.scope == scope, idempotency_keys.c.key == key)
    connection.execute(delete(idempotency_keys).where(*this))


def insert_key(
    connection: Connection, *, scope: str, key: str, execution_id: UUID, fingerprint: str, expires_at: datetime
) -> bool:
    """Keep it; tell whether it was not there yet."""
    statement = insert_into(connection.dialect.name, idempotency_keys).values(
        scope=scope, key=key, execution_id=execution_id, fingerprint=fingerprint, expires_at=expires_at
    )
    return connection.execute(statement.on_conflict_do_nothing()).rowcount == 1
