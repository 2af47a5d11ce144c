"""The gateway: all executors, here or elsewhere, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends

from runward.api.executors.executor import Executor
from runward.api.problem import responses
from runward.api.routes.executors import Find
from runward.api.schemas.executor import InfoResponse
from runward.api.schemas.gateway import GatewayHealthResponse, OverallStatus, ServiceHealth, ServiceStatus
from runward.domain.errors import LanguageUnavailable, RunwardError

# JavaScript and TypeScript have always been one service to its clients.
_SERVICE_NAMES = {"javascript": "nodejs-executor", "typescript": "nodejs-executor"}
# One that hangs must not keep the others' state from being told.
_PATIENCE_SECONDS = 15.0


def gateway_routes(executors: Mapping[str, Executor], find: Find, *, checks: list[Any]) -> APIRouter:
    """Return the gateway's routes over these executors."""
    router = APIRouter(prefix="/api/microservices", tags=["gateway"])

    @router.get("/health", summary="Ask all executors how they are", responses=responses())
    async def health() -> GatewayHealthResponse:
        """Ask every executor at once; one that is down does not hide the rest."""
        found = await asyncio.gather(*(_health(executor) for executor in executors.values()))
        services = dict(zip(executors, found, strict=True))
        return GatewayHealthResponse(status=_overall(services), services=services)

    @router.get(
        "/info/{language}",
        summary="Describe a language",
        responses=responses(404, 422, 424, 502, 503, 504, *((401, 403, 429) if checks else ())),
        dependencies=checks,
    )
    async def info(executor: Executor = Depends(find)) -> InfoResponse:
        """Describe the language as it is where its programs run."""
        return await executor.info()

    return router


async def _health(executor: Executor) -> ServiceHealth:
    name = _SERVICE_NAMES.get(executor.language, f"{executor.language}-executor")
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            health = await executor.health()
    except TimeoutError:
        told = f"no answer within {_PATIENCE_SECONDS:g} s"
        return ServiceHealth(
            service=name,
            status=ServiceStatus.UNHEALTHY,
            location=executor.location,
            latency_ms=_PATIENCE_SECONDS * 1000,
            last_error=told,
        )
    except RunwardError as error:
        unavailable = isinstance(error, LanguageUnavailable)
        status = ServiceStatus.UNAVAILABLE if unavailable else ServiceStatus.UNHEALTHY
        return ServiceHealth(
            service=name, status=status, location=executor.location, latency_ms=None, last_error=str(error)
        )
    return ServiceHealth(
        service=name,
        status=ServiceStatus.HEALTHY if health.healthy else ServiceStatus.UNHEALTHY,
        location=executor.location,
        latency_ms=round(health.latency.total_seconds() * 1000, 3),
        last_error=health.last_error,
    )


def _overall(services: Mapping[str, ServiceHealth]) -> OverallStatus:
    """Judge the installed ones: a toolchain that nobody installed is a choice, not a fault."""
    installed = [service.status for service in services.values() if service.status is not ServiceStatus.UNAVAILABLE]
    healthy = installed.count(ServiceStatus.HEALTHY)
    if healthy == 0:
        return OverallStatus.UNHEALTHY
    return OverallStatus.HEALTHY if healthy == len(installed) else OverallStatus.DEGRADED
