"""Accounts as the rest of the project sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Connection

from runward.accounts.admission import Admission
from runward.accounts.audit import Audit, actor_of
from runward.accounts.authenticator import Authenticator, AuthMode
from runward.accounts.errors import ScopeMissing
from runward.accounts.identity import Identity
from runward.accounts.keys import Keys
from runward.accounts.limiter import Allowance, Limiter, Rule
from runward.accounts.logins import Logins
from runward.accounts.passwords import Passwords
from runward.accounts.secret import KeyHasher
from runward.accounts.tokens import Tokens
from runward.accounts.users import Users
from runward.domain.access import Scope
from runward.store import Database, StoreError
from runward.store.audit import AuditAction, AuditEntry, list_audit
from runward.store.usage import Charge, DailyUsage, charge_usage, list_usage

_log = structlog.get_logger("runward.accounts")

# From one address: log-ins, and credentials that are not good.
_USUAL_CALLS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPolicy:
    """The operator's choice.  ``calls_per_minute`` None bounds log-ins as usual, and runs without an account not at all."""

    mode: AuthMode
    secret: bytes
    pepper: bytes | None = None
    access_lifetime: timedelta = timedelta(minutes=15)
    refresh_lifetime: timedelta = timedelta(days=30)
    calls_per_minute: int | None = None
    redis_url: str | None = None

    def __repr__(self) -> str:
        return f"AccountsPolicy(mode={self.mode.value})"


class Accounts:
    """Who calls, what they may do, and the record of it.  Close it; the database is whoever's gave it."""

    def __init__(self, database: Database, policy: AccountsPolicy) -> None:
        self._database = database
        self.limiter = Limiter(redis_url=policy.redis_url)
        self.audit = Audit(database, self.limiter)
        self._passwords = Passwords()
        usual = policy.calls_per_minute or _USUAL_CALLS_PER_MINUTE
        tokens = Tokens(policy.secret, access_lifetime=policy.access_lifetime, refresh_lifetime=policy.refresh_lifetime)
        hasher = KeyHasher(policy.pepper)
        self.authenticator = Authenticator(
            database,
            mode=policy.mode,
            tokens=tokens,
            hasher=hasher,
            limiter=self.limiter,
            audit=self.audit,
            refusals=_calls("refused", "refused credentials from one address a minute", usual),
        )
        self.logins = Logins(
            database,
            tokens=tokens,
            passwords=self._passwords,
            authenticator=self.authenticator,
            limiter=self.limiter,
            audit=self.audit,
            attempts=_calls("attempts", "log-ins from one address a minute", usual),
        )
        self.keys = Keys(database, hasher=hasher, authenticator=self.authenticator, audit=self.audit)
        self.users = Users(database, passwords=self._passwords, authenticator=self.authenticator, audit=self.audit)
        bound = policy.calls_per_minute
        anonymous = None if bound is None else _calls("runs", "runs from one address a minute", bound)
        self._admission = Admission(database, limiter=self.limiter, anonymous=anonymous)

    async def close(self) -> None:
        """Give back what is held; passwords that are being checked are checked to the end."""
        self._passwords.close()
        await self.limiter.close()

    async def authenticate(self, credential: str | None, *, address: str | None) -> Identity:
        """Return who bears this API key or access token; see Authenticator."""
        return await self.authenticator.authenticate(credential, address=address)

    async def admit(self, identity: Identity) -> Allowance | None:
        """Count a run and return what is left; raise TooManyCalls or QuotaUsedUp."""
        return await self._admission.admit(identity)

    async def charge(self, identity: Identity, *, wall_seconds: float) -> None:
        """Charge a run that left no row.  Executors tell its wall time alone, so it is taken to have computed all the time."""

        def work(connection: Connection) -> None:
            charge = Charge(
                owner_id=identity.account_id,
                key=identity.fairness_key,
                cpu_seconds=wall_seconds,
                wall_seconds=wall_seconds,
                memory_peak_bytes=0,
            )
            charge_usage(connection, charge, now=self._database.clock(connection))

        try:
            await self._database.transact(work, durable=False, single=True)
        except StoreError as error:
            _log.warning("run_not_charged", account=str(identity.account_id), reason=str(error))

    async def require(self, identity: Identity, scope: Scope, *, subject: str) -> None:
        """Raise ScopeMissing, and put it on record, where the caller may not do this."""
        try:
            identity.require(scope)
        except ScopeMissing:
            await self.audit.note(actor_of(identity), AuditAction.SCOPE_REFUSED, subject=subject, scope=scope.value)
            raise

    async def may_see(self, identity: Identity, owner_id: UUID | None, *, subject: str) -> bool:
        """Tell whether a resource of this owner may be seen; that an admin looks at somebody else's is put on record."""
        if identity.is_admin and not identity.owns(owner_id):
            actor = actor_of(identity)
            await self.audit.note(actor, AuditAction.FOREIGN_READ, subject=subject, owner=str(owner_id))
        return identity.may_see(owner_id)

    async def list_audit(
        self, *, limit: int, before: UUID | None, action: AuditAction | None, actor_id: UUID | None
    ) -> list[AuditEntry]:
        """Return a page of the record, the latest first."""
        return await self._database.read(
            lambda connection: list_audit(connection, limit=limit, before=before, action=action, actor_id=actor_id)
        )

    async def list_usage(
        self, *, first: date, last: date, owner_id: UUID | None, limit: int, offset: int
    ) -> list[DailyUsage]:
        """Return a page of usage, the latest day first."""
        return await self._database.read(
            lambda connection: list_usage(
                connection, first=first, last=last, owner_id=owner_id, limit=limit, offset=offset
            )
        )


def _calls(name: str, what: str, most: int) -> Rule:
    return Rule(name=name, what=what, most=most, seconds=60)
