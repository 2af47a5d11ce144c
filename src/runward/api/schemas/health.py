"""Health, in every degree of detail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field

from runward.api.health.check import State


class LivenessResponse(BaseModel):
    """The process answers."""

    status: Literal["healthy"] = "healthy"
    timestamp: datetime = Field(description="Now, in UTC.", examples=["2026-01-01T00:00:00.000000Z"])


class ReadinessResponse(BaseModel):
    """Whether new work is taken."""

    ready: bool = Field(examples=[True])
    running: int = Field(description="Executions under way.", examples=[0])
    reason: str | None = Field(default=None, description="Why it is not ready.")


class Connection(StrEnum):
    """Whether a service outside this process answers; ``unused``: the deployment has none, and needs none."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    UNUSED = "unused"


class RedisResponse(BaseModel):
    """How Redis is; ``ping`` only where it answers, ``reason`` only where it does not."""

    status: Connection = Field(examples=["connected"])
    ping: str | None = Field(default=None, examples=["PONG"])
    reason: str | None = Field(default=None, examples=["this deployment uses no Redis, and needs none"])


class CeleryResponse(BaseModel):
    """How broker and workers are; the numbers only where they answer, ``reason`` only where they do not."""

    status: Connection = Field(examples=["connected"])
    active_workers: int | None = Field(default=None, examples=[2])
    active_tasks: int | None = Field(default=None, examples=[0])
    reason: str | None = Field(default=None, examples=["this deployment uses no broker, and needs none"])


class CheckResponse(BaseModel):
    """What one check found."""

    status: State = Field(examples=["ok"])
    latency_ms: float = Field(examples=[0.4])
    detail: str | None = Field(description="What is wrong, if anything.", examples=[None])
    facts: dict[str, Any] = Field(examples=[{"kind": "sqlite"}])


class Verdict(StrEnum):
    """All checks together: ``unhealthy`` where one failed, ``degraded`` where one may soon, or we do without it."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class StatusResponse(BaseModel):
    """Every check, by name."""

    status: Verdict = Field(examples=["healthy"])
    timestamp: datetime
    checks: dict[str, CheckResponse]
