"""Users, read and changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from runward.domain.access import Quotas, Role
from runward.domain.errors import RequestError
from runward.store.tables import users
from runward.store.upsert import insert_into


class UserNotFound(RequestError):
    """There is no such user."""

    code = "user_not_found"

    def __init__(self, name: object) -> None:
        super().__init__(f"there is no user {name}")
        self.name = name


class UsernameTaken(RequestError):
    """Somebody has this name already, in whatever case."""

    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"there is a user {username} already; choose another name")
        self.username = username


class LastAdmin(RequestError):
    """Without this one nobody could administer any more."""

    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("this is the last active admin; make another one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who may log in, and own what they make."""

    id: UUID
    username: str
    email: str | None
    # Not shown where the user is: in a log or an error.
    password_hash: str
    role: Role
    active: bool
    quotas: Quotas
    created_at: datetime

    def __repr__(self) -> str:
        return f"User(id={self.id}, username={self.username!r}, role={self.role.value}, active={self.active})"


def username_key(username: str) -> str:
    """Return what two names have in common that are the same to a reader, but for their case."""
    return unicodedata.normalize("NFKC", username).casefold()


def insert_user(connection: Connection, user: User) -> None:
    """Keep a new user; raise UsernameTaken where the name is not free."""
    statement = insert_into(connection.dialect.name, users).values(
        id=user.id,
        username=user.username,
        username_key=username_key(user.username),
        email=user.email,
        password_hash=user.password_hash,
        role=user.role,
        active=user.active,
        quotas=user.quotas.as_dict(),
        created_at=user.created_at,
    )
    if connection.execute(statement.on_conflict_do_nothing(index_elements=[users.c.username_key])).rowcount == 0:
        raise UsernameTaken(user.username)


def get_user(connection: Connection, user_id: UUID) -> User:
    """Return the user."""
    row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise UserNotFound(user_id)
    return user_of(row)


def get_user_by_name(connection: Connection, username: str) -> User:
    """Return the user of this name, in whatever case."""
    found = find_user_by_name(connection, username)
    if found is None:
        raise UserNotFound(username)
    return found


def find_user_by_name(connection: Connection, username: str) -> User | None:
    """Return the user of this name, None where there is none."""
    row = connection.execute(select(users).where(users.c.username_key == username_key(username))).one_or_none()
    return None if row is None else user_of(row)


def list_users(connection: Connection, *, limit: int, after: UUID | None = None) -> list[User]:
    """Return a page of users, the oldest first, those after the id."""
    query = select(users).order_by(users.c.id).limit(limit)
    if after is not None:
        query = query.where(users.c.id > after)
    return [user_of(row) for row in connection.execute(query)]


def change_user(connection: Connection, user_id: UUID, changes: Mapping[str, Any]) -> User:
    """Change what is given of email, password_hash, role, active and quotas; raise LastAdmin rather than be without one."""
    # Locked in one order: of two admins who demote each other at the same time, the second must see the first's work.
    admins = connection.execute(
        select(users.c.id)
        .where(users.c.role == Role.ADMIN, users.c.active.is_(True))
        .order_by(users.c.id)
        .with_for_update()
    ).scalars()
    if list(admins) == [user_id] and (changes.get("role") == Role.USER or changes.get("active") is False):
        raise LastAdmin
    values = {name: value.as_dict() if isinstance(value, Quotas) else value for name, value in changes.items()}
    if values and connection.execute(update(users).where(users.c.id == user_id).values(**values)).rowcount == 0:
        raise UserNotFound(user_id)
    return get_user(connection, user_id)


def replace_password_hash(connection: Connection, user_id: UUID, *, expected: str, new: str) -> bool:
    """Put a new hash in the place of the expected one; tell whether that was still there."""
    statement = update(users).where(users.c.id == user_id, users.c.password_hash == expected).values(password_hash=new)
    return connection.execute(statement).rowcount > 0


def user_of(row: Row[Any], *, prefix: str = "") -> User:
    """Return a row as a value; ``prefix`` is what the columns' names begin with."""
    values = {name.removeprefix(prefix): value for name, value in row._mapping.items() if name.startswith(prefix)}  # noqa: SLF001
    return User(
        id=values["id"],
        username=values["username"],
        email=values["email"],
        password_hash=values["password_hash"],
        role=Role(values["role"]),
        active=values["active"],
        quotas=Quotas(**values["quotas"]),
        created_at=values["created_at"],
    )
