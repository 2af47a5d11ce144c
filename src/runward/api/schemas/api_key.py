"""API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from runward.accounts.keys import LONGEST_OVERLAP, MadeKey, NewKey
from runward.api.schemas.account import QuotasBody
from runward.domain.access import USER_SCOPES, Scope
from runward.domain.networks import parse_network
from runward.store.api_keys import ApiKey

_ID = "01936d3c-5a3e-7c4d-8f00-3b1d2c4e5f60"
_DAY = 24 * 3600
_LONGEST_DAYS = 3650


def _network(text: str) -> str:
    return str(parse_network(text))


class KeyCreate(BaseModel):
    """A new key."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["build server"])
    scopes: list[Scope] = Field(
        default_factory=lambda: sorted(USER_SCOPES),
        description="What it may do; without it, all that a user may.",
        min_length=1,
        max_length=len(Scope),
        examples=[["executors:run"]],
    )
    expires_in_days: float | None = Field(
        default=None, gt=0, le=_LONGEST_DAYS, description="Null: it does not expire.", examples=[90]
    )
    allowed_networks: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=[],
        max_length=50,
        description="Where it may be used from; empty: anywhere.",
        examples=[["10.0.0.0/8"]],
    )
    quotas: QuotasBody = QuotasBody()

    def new_key(self) -> NewKey:
        """Return the value."""
        return NewKey(
            name=self.name,
            scopes=frozenset(self.scopes),
            lifetime=None if self.expires_in_days is None else timedelta(days=self.expires_in_days),
            allowed_networks=tuple(self.allowed_networks),
            quotas=self.quotas.quotas(),
        )


class KeyRotate(BaseModel):
    """How a key is replaced."""

    model_config = ConfigDict(extra="forbid")

    overlap_seconds: int = Field(
        default=_DAY,
        ge=0,
        le=int(LONGEST_OVERLAP.total_seconds()),
        description="For so long the old key stays good.",
        examples=[_DAY],
    )

    @property
    def overlap(self) -> timedelta:
        """Return the value."""
        return timedelta(seconds=self.overlap_seconds)


class KeyResponse(BaseModel):
    """What is known of a key; the key itself is not kept."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["build server"])
    prefix: str = Field(description="Its first characters.", examples=["rw_Zk3vQ1xA"])
    scopes: list[Scope] = Field(examples=[["executors:run"]])
    allowed_networks: list[str] = Field(examples=[["10.0.0.0/8"]])
    quotas: QuotasBody
    created_at: datetime = Field(examples=["2026-01-01T12:00:00Z"])
    expires_at: datetime | None = Field(examples=["2026-04-01T12:00:00Z"])
    revoked_at: datetime | None = Field(examples=[None])
    replaced_by: UUID | None = Field(examples=[None])
    last_used_at: datetime | None = Field(description="To within a minute.", examples=["2026-01-02T03:04:00Z"])


class MadeKeyResponse(KeyResponse):
    """A new key: this answer is the only one that shows it."""

    key: str = Field(examples=["rw_Zk3vQ1xA…"])


def key_response(key: ApiKey) -> KeyResponse:
    """Return what is told of a key."""
    return KeyResponse(**_told(key))


def made_key_response(made: MadeKey) -> MadeKeyResponse:
    """Return what is told of a key when it is made."""
    return MadeKeyResponse(**_told(made.key), key=made.secret)


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "allowed_networks": list(key.allowed_networks),
        "quotas": key.quotas.as_dict(),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "replaced_by": key.replaced_by,
        "last_used_at": key.last_used_at,
    }
