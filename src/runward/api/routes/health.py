"""Liveness, readiness, and how each thing is that the server needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Response

from runward.api.health.check import Check, Found, State, carry_out
from runward.api.problem import responses
from runward.api.schemas.health import (
    CeleryResponse,
    CheckResponse,
    Connection,
    LivenessResponse,
    ReadinessResponse,
    RedisResponse,
    StatusResponse,
    Verdict,
)

# Work is found and done without them, only later.
_DISPENSABLE = {"redis", "broker"}
_CONNECTIONS = {
    State.OK: Connection.CONNECTED,
    State.DEGRADED: Connection.CONNECTED,
    State.FAILED: Connection.DISCONNECTED,
    State.UNUSED: Connection.UNUSED,
}


def liveness_routes() -> APIRouter:
    """Return the liveness route of a server of all languages; an executor's own health takes its place there."""
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Liveness", responses=responses())
    async def live() -> LivenessResponse:
        """Answer: that is the proof."""
        return LivenessResponse(timestamp=datetime.now(UTC))

    return router


def readiness_routes(
    accepting: Callable[[], bool], running: Callable[[], int], database: Check | None = None
) -> APIRouter:
    """Return the readiness route; with a check of the ``database``, that must be there too."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/health/ready",
        summary="Readiness",
        response_model_exclude_none=True,
        responses={503: {"model": ReadinessResponse, "description": "Not ready"}, **responses()},
    )
    async def ready(response: Response) -> ReadinessResponse:
        """Tell whether new work is taken: not while shutting down, nor while the database is away."""
        reason = None if accepting() else "it is shutting down"
        if reason is None and database is not None:
            reason = _fault(await carry_out(database))
        if reason is not None:
            response.status_code = 503
        return ReadinessResponse(ready=reason is None, running=running(), reason=reason)

    return router


def status_routes(checks: Mapping[str, Check]) -> APIRouter:
    """Return the routes that tell how each thing is."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get(
        "/redis",
        summary="Redis",
        response_model_exclude_none=True,
        responses={503: {"model": RedisResponse, "description": "It does not answer"}, **responses()},
    )
    async def redis(response: Response) -> RedisResponse:
        """Tell whether Redis answers; a deployment that uses none says so, and is well without."""
        found = await carry_out(checks["redis"])
        _refuse_if_failed(found, response)
        return RedisResponse(status=_CONNECTIONS[found.state], reason=_reason(found), **found.facts)

    @router.get(
        "/celery",
        summary="Broker and workers",
        response_model_exclude_none=True,
        responses={503: {"model": CeleryResponse, "description": "It does not answer"}, **responses()},
    )
    async def celery(response: Response) -> CeleryResponse:
        """Tell how many workers the broker knows and how many tasks they have; a deployment without one says so."""
        found = await carry_out(checks["broker"])
        _refuse_if_failed(found, response)
        return CeleryResponse(status=_CONNECTIONS[found.state], reason=_reason(found), **found.facts)

    @router.get(
        "/status",
        summary="Detailed status",
        responses={503: {"model": StatusResponse, "description": "A check failed"}, **responses()},
    )
    async def status(response: Response) -> StatusResponse:
        """Check everything that the server needs, the sandbox by running a program, and tell how long each took."""
        names, found = list(checks), await asyncio.gather(*map(carry_out, checks.values()))
        told = dict(zip(names, found, strict=True))
        verdict = _verdict(told)
        if verdict is Verdict.UNHEALTHY:
            response.status_code = 503
        return StatusResponse(
            status=verdict,
            timestamp=datetime.now(UTC),
            checks={name: _told(each) for name, each in told.items()},
        )

    return router


def _fault(found: Found) -> str | None:
    return found.detail or "a check failed" if found.state is State.FAILED else None


def _reason(found: Found) -> str | None:
    return found.detail if found.state in {State.FAILED, State.UNUSED} else None


def _refuse_if_failed(found: Found, response: Response) -> None:
    if found.state is State.FAILED:
        response.status_code = 503


def _verdict(told: Mapping[str, Found]) -> Verdict:
    troubled = {name: each.state for name, each in told.items() if each.state in {State.DEGRADED, State.FAILED}}
    if any(state is State.FAILED and name not in _DISPENSABLE for name, state in troubled.items()):
        return Verdict.UNHEALTHY
    return Verdict.DEGRADED if troubled else Verdict.HEALTHY


def _told(found: Found) -> CheckResponse:
    return CheckResponse(status=found.state, latency_ms=found.latency_ms, detail=found.detail, facts=dict(found.facts))
