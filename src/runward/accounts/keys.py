"""API keys: made, rotated with an overlap, revoked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from runward.accounts.audit import Actor, Audit
from runward.accounts.authenticator import Authenticator
from runward.accounts.errors import PermissionRefused
from runward.accounts.secret import KeyHasher, new_key, shown_part
from runward.domain.access import UNBOUNDED, Quotas, Scope, scopes_of
from runward.domain.errors import RequestError
from runward.domain.ids import new_id
from runward.store import Database
from runward.store.api_keys import ApiKey, get_key, insert_key, list_keys, replace_key, revoke_key
from runward.store.audit import AuditAction
from runward.store.users import get_user

MOST_KEYS = 100
LONGEST_OVERLAP = timedelta(days=30)


class ScopeNotYours(PermissionRefused):
    """Nobody can give a key what they may not do themselves."""

    code = "scope_not_yours"

    def __init__(self, scopes: frozenset[Scope]) -> None:
        super().__init__(f"the user may not do this, so the key cannot: {', '.join(sorted(scopes))}; leave it out")
        self.scopes = scopes


class TooManyKeys(RequestError):
    """A user has as many keys as they may have."""

    code = "too_many_keys"

    def __init__(self) -> None:
        super().__init__(f"a user has at most {MOST_KEYS} keys that are good; revoke one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What is asked of a new key; ``lifetime`` None means that it does not expire."""

    name: str
    scopes: frozenset[Scope]
    lifetime: timedelta | None = None
    allowed_networks: tuple[str, ...] = ()
    quotas: Quotas = UNBOUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A key, this once with itself."""

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        return f"MadeKey({self.key!r})"


class Keys:
    """Makes, changes and ends keys."""

    def __init__(self, database: Database, *, hasher: KeyHasher, authenticator: Authenticator, audit: Audit) -> None:
        self._database, self._hasher = database, hasher
        self._authenticator, self._audit = authenticator, audit

    async def create(self, user_id: UUID, new: NewKey, *, actor: Actor) -> MadeKey:
        """Return a new key of this user, who must be able to do all that it may."""
        secret, key_id = new_key(), new_id()

        def work(connection: Connection) -> ApiKey:
            now = self._database.clock(connection)
            user = get_user(connection, user_id)
            if beyond := new.scopes - scopes_of(user.role):
                raise ScopeNotYours(beyond)
            held = list_keys(connection, user_id, limit=10 * MOST_KEYS)
            if sum(key.is_good(now) for key in held) >= MOST_KEYS:
                raise TooManyKeys
            key = ApiKey(
                id=key_id,
                user_id=user_id,
                name=new.name,
                prefix=shown_part(secret),
                scopes=new.scopes,
                allowed_networks=new.allowed_networks,
                quotas=new.quotas,
                created_at=now,
                expires_at=None if new.lifetime is None else now + new.lifetime,
            )
            insert_key(connection, key, secret_hash=self._hasher.hash(secret))
            scopes = sorted(key.scopes)
            self._record(connection, actor, AuditAction.KEY_CREATED, key, name=key.name, scopes=scopes)
            return key

        return MadeKey(key=await self._database.transact(work), secret=secret)

    async def rotate(self, key_id: UUID, *, user_id: UUID | None, overlap: timedelta, actor: Actor) -> MadeKey:
        """Return a key like this one, which stays good for ``overlap``; the new one lasts as long as the old one did."""
        secret, new_key_id = new_key(), new_id()

        def work(connection: Connection) -> ApiKey:
            now = self._database.clock(connection)
            old = get_key(connection, key_id, user_id=user_id)
            replace_key(connection, old.id, by=new_key_id, until=now + overlap, now=now)
            lifetime = None if old.expires_at is None else old.expires_at - old.created_at
            key = replace(
                old,
                id=new_key_id,
                prefix=shown_part(secret),
                created_at=now,
                expires_at=None if lifetime is None else now + lifetime,
                last_used_at=None,
            )
            insert_key(connection, key, secret_hash=self._hasher.hash(secret))
            self._record(connection, actor, AuditAction.KEY_ROTATED, old, replaced_by=str(key.id))
            return key

        key = await self._database.transact(work)
        self._authenticator.forget()
        return MadeKey(key=key, secret=secret)

    async def revoke(self, key_id: UUID, *, user_id: UUID | None, actor: Actor) -> None:
        """End a key: at once here, in seconds elsewhere; one that has ended before stays so."""

        def work(connection: Connection) -> None:
            key = get_key(connection, key_id, user_id=user_id)
            if revoke_key(connection, key.id, now=self._database.clock(connection)):
                self._record(connection, actor, AuditAction.KEY_REVOKED, key)

        await self._database.transact(work)
        self._authenticator.forget()

    async def list_(self, user_id: UUID, *, limit: int, before: UUID | None = None) -> list[ApiKey]:
        """Return a page of a user's keys, the newest first."""
        return await self._database.read(lambda connection: list_keys(connection, user_id, limit=limit, before=before))

    def _record(self, connection: Connection, actor: Actor, action: AuditAction, key: ApiKey, **detail: object) -> None:
        self._audit.record(connection, actor, action, subject=f"key:{key.id}", prefix=key.prefix, **detail)
