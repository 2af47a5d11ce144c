"""Users, their tokens, and who calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from runward.accounts.passwords import LONGEST, SHORTEST
from runward.domain.access import Quotas, Role, Scope

_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzaWQiOiIwMTkzIn0.c2lnbmF0dXJl"  # noqa: S105  (opens nothing)
_PASSWORD = "correct horse battery staple"  # noqa: S105  (the one that everybody knows)
_ID = "01936d3c-5a3e-7c4d-8f00-3b1d2c4e5f60"

Bound = Annotated[int | None, Field(ge=1, le=2**31 - 1)]
Username = Annotated[str, Field(min_length=1, max_length=64, examples=["ada"])]
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST, examples=[_PASSWORD])]
GivenPassword = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST, examples=[_PASSWORD])]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"])]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QuotasBody(_Request):
    """The most that may be used; what is left out or null has no bound."""

    runs_per_minute: Bound = Field(default=None, examples=[60])
    runs_per_hour: Bound = Field(default=None, examples=[1000])
    concurrent_runs: Bound = Field(default=None, examples=[4])
    cpu_seconds_per_day: Bound = Field(default=None, examples=[3600])

    def quotas(self) -> Quotas:
        """Return the value."""
        return Quotas(**self.model_dump())


class LoginRequest(_Request):
    """Who logs in."""

    username: Username
    password: GivenPassword


class RefreshRequest(_Request):
    """A refresh token, which is good once."""

    refresh_token: SecretStr = Field(min_length=1, max_length=2048, examples=[_TOKEN])


class LogoutRequest(_Request):
    """Whether all logins of the user are to end, not only this one."""

    everywhere: bool = Field(default=False, examples=[False])


class PasswordRequest(_Request):
    """The password as it is, and as it is to be."""

    current_password: GivenPassword
    new_password: NewPassword


class TokenResponse(BaseModel):
    """Tokens: the access token goes into `Authorization: Bearer …`, the refresh token brings the next ones."""

    access_token: str = Field(examples=[_TOKEN])
    token_type: str = Field(default="bearer", examples=["bearer"])
    expires_in: int = Field(description="Seconds for which the access token is good.", examples=[900])
    refresh_token: str = Field(examples=[_TOKEN])
    refresh_expires_in: int = Field(description="Seconds for which the refresh token is good.", examples=[2592000])


class IdentityResponse(BaseModel):
    """Who calls, and what they may do; without an account `id` is null."""

    id: UUID | None = Field(examples=[_ID])
    username: str = Field(examples=["ada"])
    role: Role = Field(examples=["user"])
    scopes: list[Scope] = Field(examples=[["executions:read", "executions:run"]])
    key_id: UUID | None = Field(description="The API key that was used, if any.", examples=[None])
    quotas: QuotasBody


class UserCreate(_Request):
    """A new user."""

    username: Username
    password: NewPassword
    email: Email | None = None
    role: Role = Field(default=Role.USER, examples=["user"])
    quotas: QuotasBody = QuotasBody()


class UserPatch(_Request):
    """What is to be changed of a user; what is left out or null stays."""

    email: Email | None = None
    password: NewPassword | None = None
    role: Role | None = Field(default=None, examples=["admin"])
    active: bool | None = Field(default=None, examples=[False])
    quotas: QuotasBody | None = None


class UserResponse(BaseModel):
    """A user."""

    id: UUID = Field(examples=[_ID])
    username: str = Field(examples=["ada"])
    email: str | None = Field(examples=["ada@example.org"])
    role: Role = Field(examples=["user"])
    active: bool = Field(examples=[True])
    quotas: QuotasBody
    created_at: datetime = Field(examples=["2026-01-01T12:00:00Z"])
