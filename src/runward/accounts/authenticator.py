"""From what a call bears to who calls."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import structlog

from runward.accounts.audit import Actor, Audit
from runward.accounts.errors import AddressRefused, AuthenticationRequired, CredentialsRefused
from runward.accounts.identity import Identity, address_key
from runward.accounts.limiter import Limiter, Rule
from runward.accounts.secret import KEY_PREFIX, KeyHasher
from runward.accounts.tokens import AccessClaims, Tokens
from runward.domain.access import USER_SCOPES, Role, scopes_of
from runward.domain.networks import is_within, parse_network
from runward.store import Database, StoreError
from runward.store.api_keys import ApiKey, find_key_by_hash, note_key_used
from runward.store.audit import AuditAction
from runward.store.logins import Login, find_login
from runward.store.users import User

T = TypeVar("T")

# What was found is believed for so long: a key revoked on another server still opens this one until then.
_BELIEVED_SECONDS = 2.0
_MOST_BELIEVED = 10_000
_USED_EVERY = timedelta(minutes=1)

_log = structlog.get_logger("runward.accounts")


class AuthMode(StrEnum):
    """Whether a call must say who it comes from."""

    OPEN = "open"
    REQUIRED = "required"


class Authenticator:
    """Tells who calls; nothing else makes an Identity."""

    def __init__(
        self,
        database: Database,
        *,
        mode: AuthMode,
        tokens: Tokens,
        hasher: KeyHasher,
        limiter: Limiter,
        audit: Audit,
        refusals: Rule,
    ) -> None:
        self.mode = mode
        self._database, self._tokens, self._hasher = database, tokens, hasher
        self._limiter, self._audit, self._refusals = limiter, audit, refusals
        self._keys: _Believed[tuple[ApiKey, User]] = _Believed()
        self._logins: _Believed[tuple[Login, User]] = _Believed()

    async def authenticate(self, credential: str | None, *, address: str | None) -> Identity:
        """Return who bears this API key or access token.

        Raise AuthenticationRequired without one unless the mode is open, CredentialsRefused (in the end TooManyCalls) where
        it is not good, AddressRefused where it is, but not from there.
        """
        if credential is None:
            if self.mode is AuthMode.REQUIRED:
                raise AuthenticationRequired
            return Identity(account_id=None, name="anonymous", role=Role.USER, scopes=USER_SCOPES, address=address)
        try:
            if credential.startswith(KEY_PREFIX):
                return await self._by_key(credential, address)
            return await self._by_token(self._tokens.read_access(credential), address)
        except CredentialsRefused:
            # Who guesses is slowed down; who holds what is good is never, whoever else calls from the same address.
            await self._limiter.hit(self._refusals, address_key(address))
            raise

    def forget(self) -> None:
        """Look everything up anew: something was revoked or changed here."""
        self._keys.clear()
        self._logins.clear()

    async def _by_key(self, credential: str, address: str | None) -> Identity:
        hashed = self._hasher.hash(credential)
        found = self._keys.get(hashed)
        if found is None:
            found = await self._database.read(lambda connection: find_key_by_hash(connection, hashed))
            if found is None:
                raise CredentialsRefused
            await self._note_used(found[0])
            self._keys.put(hashed, found)
        key, user = found
        if not (user.active and key.is_good(datetime.now(UTC))):
            raise CredentialsRefused
        if key.allowed_networks and not is_within(address, map(parse_network, key.allowed_networks)):
            actor = Actor(id=user.id, name=f"key:{key.id} of user:{user.username}", address=address)
            await self._audit.note(actor, AuditAction.KEY_ADDRESS_REFUSED, subject=f"key:{key.id}")
            raise AddressRefused
        return Identity(
            account_id=user.id,
            name=user.username,
            role=user.role,
            scopes=key.scopes & scopes_of(user.role),
            key_id=key.id,
            quotas=key.quotas.within(user.quotas),
            account_quotas=user.quotas,
            address=address,
        )

    async def _by_token(self, claims: AccessClaims, address: str | None) -> Identity:
        name = str(claims.login_id)
        found = self._logins.get(name)
        if found is None:
            found = await self._database.read(lambda connection: find_login(connection, claims.login_id))
            if found is None:
                raise CredentialsRefused
            self._logins.put(name, found)
        login, user = found
        if login.revoked_at is not None or not user.active or user.id != claims.user_id:
            raise CredentialsRefused
        return Identity(
            account_id=user.id,
            name=user.username,
            role=user.role,
            scopes=scopes_of(user.role),
            login_id=login.id,
            quotas=user.quotas,
            account_quotas=user.quotas,
            address=address,
        )

    async def _note_used(self, key: ApiKey) -> None:
        now = datetime.now(UTC)
        if key.last_used_at is not None and now - key.last_used_at < _USED_EVERY:
            return
        try:
            await self._database.transact(
                lambda connection: note_key_used(
                    connection, key.id, now=self._database.clock(connection), at_most_every=_USED_EVERY
                ),
                durable=False,
            )
        except StoreError as error:
            _log.warning("key_use_not_noted", key=str(key.id), reason=str(error))


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T
    until: float


class _Believed(Generic[T]):
    """What was found lately, by name; the oldest goes first."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry[T]] = {}

    def get(self, name: str) -> T | None:
        entry = self._entries.get(name)
        if entry is None or time.monotonic() >= entry.until:
            return None
        return entry.value

    def put(self, name: str, value: T) -> None:
        self._entries.pop(name, None)
        while len(self._entries) >= _MOST_BELIEVED:
            del self._entries[next(iter(self._entries))]
        self._entries[name] = _Entry(value, time.monotonic() + _BELIEVED_SECONDS)

    def clear(self) -> None:
        self._entries.clear()
