"""Executors: run, check and describe programs in one language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from runward.api.disconnect import run_while_connected
from runward.api.executors.executor import Executor
from runward.api.executors.probe import Health
from runward.api.problem import responses
from runward.api.schemas.executor import (
    ExecuteRequest,
    ExecuteResponse,
    HealthResponse,
    HealthStatus,
    InfoResponse,
    ValidateRequest,
    ValidateResponse,
)

Find = Callable[..., Awaitable[Executor]]
# Takes the seconds for which a program ran.
Charge = Callable[[Request, float], Awaitable[None]]


def executor_routes(find: Find, *, checks: list[Any], prefix: str = "", charge: Charge | None = None) -> APIRouter:
    """Return the four routes of an executor; ``find`` is the dependency that yields the one that is meant."""
    router = APIRouter(prefix=prefix, tags=["executors"])
    named = (404,) if prefix else ()
    keyed = (401, 403) if checks else ()
    remote = (502, 504) if prefix else ()

    @router.get(
        "/health",
        summary="Run a hello-world",
        responses={
            503: {"model": HealthResponse, "description": "The hello-world failed"},
            **responses(*named, 422, 424),
        },
    )
    async def health(response: Response, executor: Executor = Depends(find)) -> HealthResponse:
        """Tell whether the executor runs programs: a real hello-world, a few seconds old at most."""
        result = await executor.health()
        if not result.healthy:
            response.status_code = 503
        return _health(executor, result)

    refusals = responses(*named, *keyed, *remote, 400, 408, 413, 415, 422, 424, 429, 503)

    @router.post("/execute", summary="Run a program", responses=refusals, dependencies=checks)
    async def execute(body: ExecuteRequest, request: Request, executor: Executor = Depends(find)) -> ExecuteResponse:
        """Run a program and wait for its end; one that fails is an answer.  A client that leaves kills its program."""
        answer = await run_while_connected(request, executor.execute(body))
        if charge is not None:
            await charge(request, answer.execution_time)
        return answer

    @router.post("/validate", summary="Check a program", responses=refusals, dependencies=checks)
    async def validate(body: ValidateRequest, request: Request, executor: Executor = Depends(find)) -> ValidateResponse:
        """Check syntax, and types where the compiler checks them, without running the program."""
        return await run_while_connected(request, executor.validate(body))

    @router.get(
        "/info",
        summary="Describe the language",
        responses=responses(*named, *keyed, *remote, 422, 424, 503),
        dependencies=checks,
    )
    async def info(executor: Executor = Depends(find)) -> InfoResponse:
        """Tell the real toolchain's version, its commands, the limits, and the sandbox's layers in force."""
        return await executor.info()

    return router


def _health(executor: Executor, result: Health) -> HealthResponse:
    return HealthResponse(
        status=HealthStatus.HEALTHY if result.healthy else HealthStatus.UNHEALTHY,
        language=executor.language,
        latency_ms=round(result.latency.total_seconds() * 1000, 3),
        last_error=result.last_error,
    )
