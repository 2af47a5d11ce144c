"""Access and refresh tokens: JWTs, signed with the server's secret (HS256)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from runward.accounts.errors import CredentialsRefused, TokenExpired

_ALGORITHM = "HS256"
# What a token is for is signed too, so that none passes for another kind.
_ACCESS, _REFRESH = "runward:access", "runward:refresh"
# How far the clocks of two servers may be apart.
_LEEWAY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says."""

    user_id: UUID
    login_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshClaims:
    """What a refresh token says: of which login it is, and the how manieth of it."""

    login_id: UUID
    number: int


class Tokens:
    """Issues and reads tokens.  What they say is only that they were issued: whether it still holds, the rows tell."""

    def __init__(self, secret: bytes, *, access_lifetime: timedelta, refresh_lifetime: timedelta) -> None:
        self._secret = secret
        self.access_lifetime, self.refresh_lifetime = access_lifetime, refresh_lifetime

    def issue_access(self, claims: AccessClaims, *, now: datetime) -> str:
        """Return an access token."""
        says = {"sub": str(claims.user_id), "sid": str(claims.login_id)}
        return self._issue(says, audience=_ACCESS, now=now, lifetime=self.access_lifetime)

    def issue_refresh(self, claims: RefreshClaims, *, now: datetime) -> str:
        """Return a refresh token."""
        says = {"sid": str(claims.login_id), "num": claims.number}
        return self._issue(says, audience=_REFRESH, now=now, lifetime=self.refresh_lifetime)

    def read_access(self, token: str) -> AccessClaims:
        """Return what a good access token says; raise TokenExpired or CredentialsRefused."""
        says = self._read(token, audience=_ACCESS, required=["sub", "sid"])
        return AccessClaims(user_id=_uuid(says["sub"]), login_id=_uuid(says["sid"]))

    def read_refresh(self, token: str) -> RefreshClaims:
        """Return what a good refresh token says; raise TokenExpired or CredentialsRefused."""
        says = self._read(token, audience=_REFRESH, required=["sid", "num"])
        if type(says["num"]) is not int:
            raise CredentialsRefused
        return RefreshClaims(login_id=_uuid(says["sid"]), number=says["num"])

    def _issue(self, says: dict[str, Any], *, audience: str, now: datetime, lifetime: timedelta) -> str:
        times = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
        return jwt.encode({**says, **times, "aud": audience}, self._secret, algorithm=_ALGORITHM)

    def _read(self, token: str, *, audience: str, required: list[str]) -> dict[str, Any]:
        try:
            says: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                # Named by us, never taken from the token: one that says "none" would need no signature.
                algorithms=[_ALGORITHM],
                audience=audience,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "aud", *required]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except jwt.InvalidTokenError:
            raise CredentialsRefused from None
        return says


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise CredentialsRefused from None
