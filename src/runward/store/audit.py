"""The audit log: what was done for safety's sake, by whom; written once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, desc, insert, select

from runward.store.tables import audit_log


class AuditAction(StrEnum):
    """What is put on record."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    REFRESH_REUSED = "refresh_reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (no password)
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    KEY_ADDRESS_REFUSED = "key_address_refused"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    SCOPE_REFUSED = "scope_refused"
    FOREIGN_READ = "foreign_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the record.  ``actor`` is told in words too, so that it can be read when the user is gone."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor: str
    action: AuditAction
    subject: str | None = None
    address: str | None = None
    correlation_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def insert_audit(connection: Connection, entry: AuditEntry) -> None:
    """Put it on record."""
    connection.execute(
        insert(audit_log).values(
            id=entry.id,
            at=entry.at,
            actor_id=entry.actor_id,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            address=entry.address,
            correlation_id=entry.correlation_id,
            detail=dict(entry.detail),
        )
    )


def list_audit(
    connection: Connection,
    *,
    limit: int,
    before: UUID | None = None,
    action: AuditAction | None = None,
    actor_id: UUID | None = None,
) -> list[AuditEntry]:
    """Return a page of the record, the latest first, what came before the id."""
    query = select(audit_log).order_by(desc(audit_log.c.id)).limit(limit)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    if action is not None:
        query = query.where(audit_log.c.action == action)
    if actor_id is not None:
        query = query.where(audit_log.c.actor_id == actor_id)
    rows = connection.execute(query)
    return [AuditEntry(**{**row._mapping, "action": AuditAction(row.action)}) for row in rows]  # noqa: SLF001
