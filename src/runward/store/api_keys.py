"""API keys: of each its hash, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, desc, insert, or_, select, update

from runward.domain.access import Quotas, Scope
from runward.domain.errors import RequestError
from runward.store.tables import api_keys, users
from runward.store.users import User, user_of


class KeyNotFound(RequestError):
    """There is no such key, or it is somebody else's."""

    code = "key_not_found"

    def __init__(self, key: object) -> None:
        super().__init__(f"there is no key {key}")
        self.key = key


class KeyEnded(RequestError):
    """The key was revoked, replaced or has expired, so that it cannot be replaced."""

    code = "key_ended"

    def __init__(self, key_id: UUID) -> None:
        super().__init__(f"the key {key_id} was revoked or replaced, or has expired; make a new one")
        self.key_id = key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key; the key itself is not."""

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    scopes: frozenset[Scope]
    allowed_networks: tuple[str, ...]
    quotas: Quotas
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    replaced_by: UUID | None = None
    last_used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether the key opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def insert_key(connection: Connection, key: ApiKey, *, secret_hash: str) -> None:
    """Keep a new key."""
    connection.execute(
        insert(api_keys).values(
            id=key.id,
            user_id=key.user_id,
            name=key.name,
            prefix=key.prefix,
            secret_hash=secret_hash,
            scopes=sorted(key.scopes),
            allowed_networks=list(key.allowed_networks),
            quotas=key.quotas.as_dict(),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


def find_key_by_hash(connection: Connection, secret_hash: str) -> tuple[ApiKey, User] | None:
    """Return the key of this hash and whose it is, None where there is none."""
    whose = [column.label(f"user_{column.name}") for column in users.c]
    ours = [column.label(f"key_{column.name}") for column in api_keys.c]
    query = select(*ours, *whose).join(users, users.c.id == api_keys.c.user_id)
    row = connection.execute(query.where(api_keys.c.secret_hash == secret_hash)).one_or_none()
    return None if row is None else (_key(row, prefix="key_"), user_of(row, prefix="user_"))


def get_key(connection: Connection, key_id: UUID, *, user_id: UUID | None = None) -> ApiKey:
    """Return the key; raise KeyNotFound also where it is not this user's."""
    query = select(api_keys).where(api_keys.c.id == key_id)
    if user_id is not None:
        query = query.where(api_keys.c.user_id == user_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise KeyNotFound(key_id)
    return _key(row)


def list_keys(connection: Connection, user_id: UUID, *, limit: int, before: UUID | None = None) -> list[ApiKey]:
    """Return a page of a user's keys, the newest first, those before the id; ended ones too."""
    query = select(api_keys).where(api_keys.c.user_id == user_id).order_by(desc(api_keys.c.id)).limit(limit)
    if before is not None:
        query = query.where(api_keys.c.id < before)
    return [_key(row) for row in connection.execute(query)]


def replace_key(connection: Connection, key_id: UUID, *, by: UUID, until: datetime, now: datetime) -> None:
    """Let a good key that has no successor yet have one, and end at that time at the latest; raise KeyEnded otherwise."""
    lasting = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now)
    good = (api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None), api_keys.c.replaced_by.is_(None), lasting)
    statement = update(api_keys).where(*good).values(replaced_by=by).returning(api_keys.c.expires_at)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise KeyEnded(key_id)
    if row.expires_at is None or row.expires_at > until:
        connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=until))


def revoke_key(connection: Connection, key_id: UUID, *, now: datetime) -> bool:
    """End a key; tell whether it had not been revoked before."""
    statement = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(statement).rowcount > 0


def note_key_used(connection: Connection, key_id: UUID, *, now: datetime, at_most_every: timedelta) -> None:
    """Keep when a key was used last, to within ``at_most_every``."""
    old = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at <= now - at_most_every)
    connection.execute(update(api_keys).where(api_keys.c.id == key_id, old).values(last_used_at=now))


def _key(row: Row[Any], *, prefix: str = "") -> ApiKey:
    values = {name.removeprefix(prefix): value for name, value in row._mapping.items() if name.startswith(prefix)}  # noqa: SLF001
    return ApiKey(
        id=values["id"],
        user_id=values["user_id"],
        name=values["name"],
        prefix=values["prefix"],
        scopes=frozenset(Scope(scope) for scope in values["scopes"]),
        allowed_networks=tuple(values["allowed_networks"]),
        quotas=Quotas(**values["quotas"]),
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        revoked_at=values["revoked_at"],
        replaced_by=values["replaced_by"],
        last_used_at=values["last_used_at"],
    )
