"""Logging in, staying so, and out again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from runward.accounts.audit import Actor, Audit, actor_of
from runward.accounts.authenticator import Authenticator
from runward.accounts.errors import CredentialsRefused, LoginNeeded, LoginRefused, PermissionRefused
from runward.accounts.identity import Identity, address_key
from runward.accounts.limiter import Limiter, Rule
from runward.accounts.passwords import Passwords, check_password
from runward.accounts.tokens import AccessClaims, RefreshClaims, Tokens
from runward.domain.ids import new_id
from runward.store import Database
from runward.store.audit import AuditAction
from runward.store.logins import (
    Login,
    RevokedReason,
    delete_expired_logins,
    find_login,
    insert_login,
    renew_login,
    revoke_login,
    revoke_logins,
)
from runward.store.users import User, find_user_by_name, get_user, replace_password_hash, username_key

# However many addresses the guesses come from.
_FAILURES = Rule(name="login", what="failed log-ins of one user a minute", most=10, seconds=60)


class PasswordWrong(PermissionRefused):
    """The password that was to be changed is another one."""

    code = "password_wrong"

    def __init__(self) -> None:
        super().__init__("the current password is wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What someone who logged in goes on with."""

    access_token: str
    access_seconds: int
    refresh_token: str
    refresh_seconds: int

    def __repr__(self) -> str:
        return "TokenPair(…)"


class Logins:
    """Logs users in and out."""

    def __init__(
        self,
        database: Database,
        *,
        tokens: Tokens,
        passwords: Passwords,
        authenticator: Authenticator,
        limiter: Limiter,
        audit: Audit,
        attempts: Rule,
    ) -> None:
        self._database, self._tokens, self._passwords = database, tokens, passwords
        self._authenticator, self._limiter, self._audit = authenticator, limiter, audit
        self._attempts = attempts

    async def log_in(self, username: str, password: str, *, address: str | None) -> TokenPair:
        """Return the tokens; raise LoginRefused, of which neither words nor time tell what was wrong."""
        await self._limiter.hit(self._attempts, address_key(address))
        user = await self._database.read(lambda connection: find_user_by_name(connection, username))
        right = await self._check(username, password, None if user is None else user.password_hash)
        if user is None or not right or not user.active:
            # A name that is not known is not put on record: it may be a password, typed into the wrong field.
            actor = Actor(id=None, name="anonymous", address=address)
            subject = None if user is None else f"user:{user.username}"
            await self._audit.note(actor, AuditAction.LOGIN_FAILED, subject=subject)
            raise LoginRefused
        better = await self._passwords.hash(password) if self._passwords.is_outdated(user.password_hash) else None
        actor = Actor(id=user.id, name=f"user:{user.username}", address=address)
        login = await self._database.transact(lambda connection: self._begin(connection, user, actor, better))
        return self._pair(login)

    async def refresh(self, token: str, *, address: str | None) -> TokenPair:
        """Return new tokens for a refresh token, which is good once: who brings it again ends the whole login."""
        try:
            claims = self._tokens.read_refresh(token)
            actor = Actor(id=None, name="anonymous", address=address)
            login = await self._database.transact(lambda connection: self._renew(connection, claims, actor))
            if login is None:
                self._authenticator.forget()
                raise CredentialsRefused
        except CredentialsRefused:
            await self._limiter.hit(self._attempts, address_key(address))
            raise
        return self._pair(login)

    async def log_out(self, identity: Identity, *, everywhere: bool) -> None:
        """End this login, or all of the user's; their tokens are refused at once here, in seconds elsewhere."""
        login_id, user_id = login_of(identity)
        actor = actor_of(identity)

        def work(connection: Connection) -> None:
            now = self._database.clock(connection)
            if everywhere:
                revoke_logins(connection, user_id, reason=RevokedReason.LOGOUT_EVERYWHERE, now=now)
            else:
                revoke_login(connection, login_id, reason=RevokedReason.LOGOUT, now=now)
            self._audit.record(connection, actor, AuditAction.LOGOUT, everywhere=everywhere)

        await self._database.transact(work)
        self._authenticator.forget()

    async def change_password(self, identity: Identity, *, current: str, new: str) -> None:
        """Change the caller's password, and end their other logins: whoever knew the old one is out."""
        login_id, user_id = login_of(identity)
        check_password(new, username=identity.name)
        user = await self._database.read(lambda connection: get_user(connection, user_id))
        if not await self._check(user.username, current, user.password_hash):
            raise PasswordWrong
        hashed, actor = await self._passwords.hash(new), actor_of(identity)

        def work(connection: Connection) -> bool:
            if not replace_password_hash(connection, user_id, expected=user.password_hash, new=hashed):
                return False
            now = self._database.clock(connection)
            revoke_logins(connection, user_id, reason=RevokedReason.PASSWORD_CHANGED, now=now, but=login_id)
            self._audit.record(connection, actor, AuditAction.PASSWORD_CHANGED, subject=f"user:{user.username}")
            return True

        if not await self._database.transact(work):
            raise PasswordWrong
        self._authenticator.forget()

    async def _check(self, username: str, password: str, password_hash: str | None) -> bool:
        # Hashed: names that were made up must not be longer in memory than real ones.
        name = hashlib.sha256(username_key(username).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        await self._limiter.check(_FAILURES, name)
        right = await self._passwords.verify(password, password_hash)
        if not right:
            await self._limiter.hit(_FAILURES, name)
        return right

    def _begin(self, connection: Connection, user: User, actor: Actor, better_hash: str | None) -> Login:
        now = self._database.clock(connection)
        known = get_user(connection, user.id)
        if not known.active or known.password_hash != user.password_hash:
            raise LoginRefused  # changed while the password was being checked
        if better_hash is not None:
            replace_password_hash(connection, user.id, expected=user.password_hash, new=better_hash)
        delete_expired_logins(connection, now=now)
        login = Login(
            id=new_id(),
            user_id=user.id,
            number=1,
            address=actor.address,
            created_at=now,
            refreshed_at=now,
            expires_at=now + self._tokens.refresh_lifetime,
            revoked_at=None,
        )
        insert_login(connection, login)
        self._audit.record(connection, actor, AuditAction.LOGIN, subject=f"login:{login.id}")
        return login

    def _renew(self, connection: Connection, claims: RefreshClaims, actor: Actor) -> Login | None:
        """Return the renewed login; None, and nothing of it left, where its token was not the latest."""
        now = self._database.clock(connection)
        found = find_login(connection, claims.login_id)
        if found is None or found[0].revoked_at is not None or not found[1].active:
            return None
        expires_at = now + self._tokens.refresh_lifetime
        if renew_login(connection, claims.login_id, expected=claims.number, now=now, expires_at=expires_at):
            return replace(found[0], number=claims.number + 1)
        # Either an old token was stolen, or the latest one was and its owner comes second: which it was nobody can tell.
        if revoke_login(connection, claims.login_id, reason=RevokedReason.REFRESH_REUSED, now=now):
            subject, user = f"login:{claims.login_id}", found[1].username
            self._audit.record(connection, actor, AuditAction.REFRESH_REUSED, subject=subject, user=user)
        return None

    def _pair(self, login: Login) -> TokenPair:
        now = datetime.now(UTC)
        access = AccessClaims(user_id=login.user_id, login_id=login.id)
        return TokenPair(
            access_token=self._tokens.issue_access(access, now=now),
            access_seconds=int(self._tokens.access_lifetime.total_seconds()),
            refresh_token=self._tokens.issue_refresh(RefreshClaims(login_id=login.id, number=login.number), now=now),
            refresh_seconds=int(self._tokens.refresh_lifetime.total_seconds()),
        )


def login_of(identity: Identity) -> tuple[UUID, UUID]:
    """Return the caller's login and whose it is; raise LoginNeeded where they did not log in."""
    if identity.login_id is None or identity.account_id is None:
        raise LoginNeeded
    return identity.login_id, identity.account_id
