"""Logins: each a family of refresh tokens of which only the latest is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from runward.store.tables import logins, users
from runward.store.users import User, user_of


class RevokedReason(StrEnum):
    """Why a login has ended before its time."""

    LOGOUT = "logout"
    LOGOUT_EVERYWHERE = "logout_everywhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  (no password)
    REFRESH_REUSED = "refresh_reused"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One time that someone logged in; ``number`` is that of the refresh token which is good."""

    id: UUID
    user_id: UUID
    number: int
    address: str | None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def insert_login(connection: Connection, login: Login) -> None:
    """Keep a new login."""
    connection.execute(
        insert(logins).values(
            id=login.id,
            user_id=login.user_id,
            number=login.number,
            address=login.address,
            created_at=login.created_at,
            refreshed_at=login.refreshed_at,
            expires_at=login.expires_at,
        )
    )


def find_login(connection: Connection, login_id: UUID) -> tuple[Login, User] | None:
    """Return the login and whose it is, None where there is no such login."""
    whose = [column.label(f"user_{column.name}") for column in users.c]
    ours = [column.label(f"login_{column.name}") for column in logins.c]
    query = select(*ours, *whose).join(users, users.c.id == logins.c.user_id).where(logins.c.id == login_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else (_login(row), user_of(row, prefix="user_"))


def renew_login(
    connection: Connection, login_id: UUID, *, expected: int, now: datetime, expires_at: datetime
) -> int | None:
    """Make the next refresh token the good one; return its number, None where the expected one was not or is ended."""
    statement = (
        update(logins)
        .where(
            logins.c.id == login_id,
            logins.c.number == expected,
            logins.c.revoked_at.is_(None),
            logins.c.expires_at > now,
        )
        .values(number=expected + 1, refreshed_at=now, expires_at=expires_at)
        .returning(logins.c.number)
    )
    return connection.execute(statement).scalar_one_or_none()


def revoke_login(connection: Connection, login_id: UUID, *, reason: RevokedReason, now: datetime) -> bool:
    """End a login; tell whether it had not ended before."""
    statement = (
        update(logins)
        .where(logins.c.id == login_id, logins.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    return connection.execute(statement).rowcount > 0


def revoke_logins(
    connection: Connection, user_id: UUID, *, reason: RevokedReason, now: datetime, but: UUID | None = None
) -> int:
    """End all logins of a user, ``but`` one; return how many there were."""
    statement = (
        update(logins)
        .where(logins.c.user_id == user_id, logins.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    if but is not None:
        statement = statement.where(logins.c.id != but)
    return connection.execute(statement).rowcount


def delete_expired_logins(connection: Connection, *, now: datetime) -> int:
    """Remove what could not be renewed any more; return how many that was."""
    return connection.execute(delete(logins).where(logins.c.expires_at < now)).rowcount


def _login(row: Row[Any]) -> Login:
    return Login(
        id=row.login_id,
        user_id=row.login_user_id,
        number=row.login_number,
        address=row.login_address,
        created_at=row.login_created_at,
        refreshed_at=row.login_refreshed_at,
        expires_at=row.login_expires_at,
        revoked_at=row.login_revoked_at,
    )
