"""What an admin sees: the record, and who used how much."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from runward.store.audit import AuditAction

_ID = "01936d3c-5a3e-7c4d-8f00-3b1d2c4e5f60"


class AuditEntryResponse(BaseModel):
    """One line of the record."""

    id: UUID = Field(examples=[_ID])
    at: datetime = Field(examples=["2026-01-01T12:00:00Z"])
    actor_id: UUID | None = Field(examples=[_ID])
    actor: str = Field(examples=["user:ada"])
    action: AuditAction = Field(examples=["key_created"])
    subject: str | None = Field(examples=[f"key:{_ID}"])
    address: str | None = Field(examples=["192.0.2.7"])
    correlation_id: str | None = Field(examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    detail: dict[str, Any] = Field(examples=[{"name": "build server"}])


class UsageResponse(BaseModel):
    """What one owner's executions took on one day (UTC), by the key that was used."""

    owner_id: UUID | None = Field(description="Null: without an account.", examples=[_ID])
    key_id: UUID | None = Field(description="Null: without a key.", examples=[None])
    day: date = Field(examples=["2026-01-01"])
    executions: int = Field(examples=[12])
    cpu_seconds: float = Field(examples=[3.4])
    wall_seconds: float = Field(examples=[5.6])
    memory_peak_bytes: int = Field(description="Of the one that had the most.", examples=[33554432])
