"""Liveness and readiness of the process."""

from __future__ import annotations

from fastapi import APIRouter, Response

from runward.api.problem import responses
from runward.api.schemas.health import LivenessResponse, ReadinessResponse
from runward.engine import Engine


def liveness_routes() -> APIRouter:
    """Return the liveness route of a server of all languages; an executor's own health takes its place there."""
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Liveness", responses=responses())
    async def live() -> LivenessResponse:
        """Answer: that is the proof."""
        return LivenessResponse(status="healthy")

    return router


def readiness_routes(engine: Engine) -> APIRouter:
    """Return the readiness route."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/health/ready",
        summary="Readiness",
        responses={503: {"model": ReadinessResponse, "description": "Shutting down"}, **responses()},
    )
    async def ready(response: Response) -> ReadinessResponse:
        """Tell whether new work is taken; not any more while shutting down."""
        if not engine.accepting:
            response.status_code = 503
        return ReadinessResponse(ready=engine.accepting, running=engine.running)

    return router
