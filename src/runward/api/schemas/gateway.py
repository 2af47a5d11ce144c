"""The gateway's view of all executors, side by side."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class ServiceStatus(StrEnum):
    """The state of one executor; unavailable means that its toolchain is not installed."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNAVAILABLE = "unavailable"


class OverallStatus(StrEnum):
    """The state of all executors together."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class ServiceHealth(BaseModel):
    """One executor, as the gateway sees it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    service: str = Field(examples=["python-executor"])
    status: ServiceStatus = Field(examples=["healthy"])
    location: str = Field(description="`local`, or the executor's address.", examples=["local"])
    latency_ms: float | None = Field(description="Null where nothing could be asked.", examples=[3.2])
    last_error: str | None = Field(description="The latest failure, also when it is past.", examples=[None])


class GatewayHealthResponse(BaseModel):
    """Every executor by its language; one that is down does not hide the rest."""

    status: OverallStatus = Field(examples=["healthy"])
    services: dict[str, ServiceHealth]
