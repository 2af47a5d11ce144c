"""Users: made and changed by an admin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from runward.accounts.audit import Actor, Audit
from runward.accounts.authenticator import Authenticator
from runward.accounts.passwords import Passwords, check_password
from runward.domain.access import UNBOUNDED, Quotas, Role
from runward.domain.errors import RequestError
from runward.domain.ids import new_id
from runward.store import Database
from runward.store.audit import AuditAction
from runward.store.logins import RevokedReason, revoke_logins
from runward.store.users import User, change_user, get_user, get_user_by_name, insert_user, list_users

_USERNAME = re.compile(r"\w[\w.@+-]{0,63}")


class UsernameUnusable(RequestError):
    """The name has characters that a name does not have, or too many."""

    code = "username_unusable"

    def __init__(self) -> None:
        super().__init__(
            "a user's name is 1 to 64 letters, digits and _ . @ + -, and begins with a letter, a digit or _"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to be changed; None stays as it is."""

    email: str | None = None
    password: str | None = None
    role: Role | None = None
    active: bool | None = None
    quotas: Quotas | None = None

    def __repr__(self) -> str:
        return "UserChange(…)"


class Users:
    """Makes and changes users."""

    def __init__(self, database: Database, *, passwords: Passwords, authenticator: Authenticator, audit: Audit) -> None:
        self._database, self._passwords = database, passwords
        self._authenticator, self._audit = authenticator, audit

    async def create(
        self,
        username: str,
        password: str,
        *,
        role: Role,
        email: str | None = None,
        quotas: Quotas = UNBOUNDED,
        actor: Actor,
    ) -> User:
        """Return a new user; raise UsernameTaken, UsernameUnusable or PasswordWeak."""
        if not _USERNAME.fullmatch(username):
            raise UsernameUnusable
        check_password(password, username=username)
        hashed, user_id = await self._passwords.hash(password), new_id()

        def work(connection: Connection) -> User:
            user = User(
                id=user_id,
                username=username,
                email=email,
                password_hash=hashed,
                role=role,
                active=True,
                quotas=quotas,
                created_at=self._database.clock(connection),
            )
            insert_user(connection, user)
            self._audit.record(connection, actor, AuditAction.USER_CREATED, subject=f"user:{username}", role=role.value)
            return user

        return await self._database.transact(work)

    async def change(self, user_id: UUID, change: UserChange, *, actor: Actor) -> User:
        """Return the user as changed; one who is deactivated, or has a new password, is logged out everywhere."""
        changes: dict[str, Any] = {
            "email": change.email,
            "role": change.role,
            "active": change.active,
            "quotas": change.quotas,
        }
        if change.password is not None:
            known = await self.get(user_id)
            check_password(change.password, username=known.username)
            changes["password_hash"] = await self._passwords.hash(change.password)
        changes = {name: value for name, value in changes.items() if value is not None}

        def work(connection: Connection) -> User:
            user = change_user(connection, user_id, changes)
            now = self._database.clock(connection)
            if change.active is False:
                revoke_logins(connection, user_id, reason=RevokedReason.DEACTIVATED, now=now)
            elif change.password is not None:
                revoke_logins(connection, user_id, reason=RevokedReason.PASSWORD_CHANGED, now=now)
            if changes:
                told = {name: _told(name, value) for name, value in changes.items()}
                subject = f"user:{user.username}"
                self._audit.record(connection, actor, AuditAction.USER_CHANGED, subject=subject, **told)
            return user

        user = await self._database.transact(work)
        self._authenticator.forget()
        return user

    async def get(self, user_id: UUID) -> User:
        """Return the user."""
        return await self._database.read(lambda connection: get_user(connection, user_id))

    async def get_by_name(self, username: str) -> User:
        """Return the user of this name, in whatever case."""
        return await self._database.read(lambda connection: get_user_by_name(connection, username))

    async def list_(self, *, limit: int, after: UUID | None = None) -> list[User]:
        """Return a page of users, the oldest first."""
        return await self._database.read(lambda connection: list_users(connection, limit=limit, after=after))


def _told(name: str, value: object) -> object:
    if name == "password_hash":
        return "changed"
    return value.as_dict() if isinstance(value, Quotas) else value
