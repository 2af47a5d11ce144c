"""Liveness and readiness."""

from __future__ import annotations

from pydantic import BaseModel, Field


class LivenessResponse(BaseModel):
    """The process answers."""

    status: str = Field(examples=["healthy"])


class ReadinessResponse(BaseModel):
    """Whether new work is taken."""

    ready: bool = Field(examples=[True])
    running: int = Field(description="Executions under way.", examples=[0])
