"""Putting on record who did what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection

from runward.accounts.errors import TooManyCalls
from runward.accounts.identity import Identity
from runward.accounts.limiter import Limiter, Rule
from runward.domain.ids import new_id
from runward.store import Database, StoreError
from runward.store.audit import AuditAction, AuditEntry, insert_audit
from runward.telemetry import current_correlation_id

# What callers can cause at will must not fill the disk.
_NOTES = Rule(name="audit", what="entries of one kind by one caller", most=20, seconds=60)

_log = structlog.get_logger("runward.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: a user, a key's holder, someone unknown at an address, or whoever may run the command.

    Make it where the request is in hand: work in a transaction may run in a thread that knows no correlation id.
    """

    id: UUID | None
    name: str
    address: str | None = None
    correlation_id: str | None = field(default_factory=current_correlation_id)


def actor_of(identity: Identity) -> Actor:
    """Return the caller as the record names them."""
    name = f"user:{identity.name}" if identity.key_id is None else f"key:{identity.key_id} of user:{identity.name}"
    return Actor(id=identity.account_id, name=name, address=identity.address)


class Audit:
    """Writes the record."""

    def __init__(self, database: Database, limiter: Limiter) -> None:
        self._database, self._limiter = database, limiter

    def record(
        self, connection: Connection, actor: Actor, action: AuditAction, *, subject: str | None = None, **detail: Any
    ) -> None:
        """Put on record what is done in this transaction; never a secret."""
        insert_audit(
            connection,
            AuditEntry(
                id=new_id(),
                at=self._database.clock(connection),
                actor_id=actor.id,
                actor=actor.name,
                action=action,
                subject=subject,
                address=actor.address,
                correlation_id=actor.correlation_id,
                detail=detail,
            ),
        )

    async def note(self, actor: Actor, action: AuditAction, *, subject: str | None = None, **detail: Any) -> None:
        """Put on record what changed nothing: some twenty a minute of one kind by one caller, and never at the call's cost."""
        try:
            await self._limiter.hit(_NOTES, f"{action}:{actor.name}:{actor.address}")
        except TooManyCalls:
            return
        _log.info("audit", action=action.value, actor=actor.name, subject=subject, address=actor.address, **detail)
        try:
            await self._database.transact(
                lambda connection: self.record(connection, actor, action, subject=subject, **detail), durable=False
            )
        except StoreError as error:
            _log.warning("audit_not_kept", action=action.value, reason=str(error))
