"""Why a caller was not let in, or not let through."""

from __future__ import annotations

from runward.domain.access import Scope
from runward.domain.errors import RequestError, RunwardError


class AuthenticationRequired(RequestError):
    """The call bears no credentials, and this server wants some."""

    code = "authentication_required"

    def __init__(self) -> None:
        super().__init__(
            "this server wants to know who calls: send an API key or an access token in the header Authorization: Bearer …"
        )


class CredentialsRefused(RequestError):
    """The credentials are wrong, expired or revoked; which of these is not told."""

    code = "credentials_refused"

    def __init__(self) -> None:
        super().__init__("these credentials are not valid here, or not any more; log in again, or use another key")


class TokenExpired(CredentialsRefused):
    """The access token was good, and its time is over: who holds a refresh token can have a new one."""

    code = "token_expired"


class LoginRefused(RequestError):
    """User name or password is wrong, or the account is not active; which of these is not told."""

    code = "login_refused"

    def __init__(self) -> None:
        super().__init__("user name or password is wrong, or the account is not active")


class PermissionRefused(RequestError):
    """Who calls is known, and may not do this."""

    code = "permission_refused"


class ScopeMissing(PermissionRefused):
    """The caller's credentials do not reach as far as this."""

    code = "scope_missing"

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"this needs the scope {scope}, which these credentials do not have; use others")
        self.scope = scope


class LoginNeeded(PermissionRefused):
    """Only a person who is logged in may do this, not the holder of a key."""

    code = "login_needed"

    def __init__(self) -> None:
        super().__init__("passwords and keys are changed by who is logged in, not with a key; use POST /auth/login")


class AddressRefused(PermissionRefused):
    """The caller's address is not among those that may call."""

    code = "address_refused"

    def __init__(self) -> None:
        super().__init__("calls from this address are not allowed")


class TooManyCalls(RunwardError):
    """More calls in a while than are allowed; try again in ``retry_after`` seconds."""

    code = "rate_limited"

    def __init__(self, *, what: str, limit: int, retry_after: int) -> None:
        super().__init__(f"{what}: at most {limit} are allowed; try again in {retry_after} s")
        self.limit, self.retry_after = limit, retry_after


class QuotaUsedUp(TooManyCalls):
    """The CPU time of the day is used up; ``retry_after`` is when the next day (UTC) begins."""

    code = "quota_used_up"
