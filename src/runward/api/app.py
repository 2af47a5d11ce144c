"""The application: routes and middleware around an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
from fastapi import FastAPI, Path
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Lifespan

from runward import __version__
from runward.api.authentication import KEY_HEADER as API_KEY_HEADER
from runward.api.authentication import Gate
from runward.api.errors import ExecutorMissing
from runward.api.executors.executor import Executor
from runward.api.executors.local import LocalExecutor
from runward.api.executors.remote import RemoteExecutor, open_client
from runward.api.health.checks import FindWorker, all_checks
from runward.api.key import HEADER as KEY_HEADER
from runward.api.key import key_checks
from runward.api.middleware.address import AddressMiddleware
from runward.api.middleware.body_limit import BodyLimitMiddleware
from runward.api.middleware.correlation import HEADER as CORRELATION_HEADER
from runward.api.middleware.correlation import CorrelationMiddleware
from runward.api.middleware.observation import ObservationMiddleware
from runward.api.middleware.security_headers import SecurityHeadersMiddleware
from runward.api.origin import origin_check
from runward.api.problem import install_handlers, problem_schemas
from runward.api.routes.admin import record_routes, user_routes
from runward.api.routes.api_keys import key_routes
from runward.api.routes.auth import auth_routes
from runward.api.routes.executions import execution_routes, output_routes
from runward.api.routes.executors import Find, executor_routes
from runward.api.routes.gateway import gateway_routes
from runward.api.routes.health import liveness_routes, readiness_routes, status_routes
from runward.api.routes.home import home_routes, mount_assets
from runward.api.routes.languages import language_routes
from runward.api.routes.live import live_routes
from runward.api.routes.metrics import metrics_routes
from runward.api.routes.sessions import run_routes, session_routes, version_routes
from runward.api.routes.uploads import upload_routes
from runward.domain.networks import parse_network
from runward.engine import Engine
from runward.languages import Registry
from runward.settings import Settings
from runward.telemetry.metrics import Metrics
from runward.wiring.services import Services

_DESCRIPTION = """\
Runs programs that nobody trusts, in a sandbox.

A program that fails is an answer (200) that tells how; every refusal is `application/problem+json` with a stable `code`.
"""

_RATE_HEADERS = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
_CORS_HEADERS = [
    "Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", API_KEY_HEADER, CORRELATION_HEADER, KEY_HEADER,
]  # fmt: skip
# Contract 1 is served at the root, and at the versioned path.
_PREFIXES = ("", "/api/v1")


def create_app(
    settings: Settings,
    registry: Registry,
    engine: Engine | None,
    *,
    metrics: Metrics,
    services: Services | None = None,
    language: str | None = None,
    worker: FindWorker | None = None,
    is_stopping: Callable[[], bool],
) -> FastAPI:
    """Return the application: for every language and as their gateway, or as the executor of one ``language``.

    With ``services`` it keeps sessions, and queues their executions; ``worker`` tells how the one of this process is.
    Without an ``engine`` it runs nothing itself: at once can be run only what has an executor elsewhere.
    """
    key = settings.executor_key.get_secret_value() if settings.executor_key else None
    client = open_client(key) if settings.executor_urls and language is None else None
    executors = _executors(registry, engine, settings, client, metrics, only=language)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.gather(*(executor.close() for executor in executors.values()))
        if client is not None:
            await client.aclose()

    app = _make_app(settings, metrics, lifespan)
    gate = None if services is None else Gate(services.accounts, origins=settings.cors_origins)
    checks = key_checks(settings.executor_key, gate)
    if services is not None and gate is not None:
        _include_lifecycle(app, services, gate)
    if language is not None:
        app.include_router(executor_routes(_only(executors), checks=checks))
    else:
        find = _by_name(executors, registry)
        app.include_router(
            executor_routes(find, checks=checks, prefix="/executors/{language}", charge=gate.charge if gate else None)
        )
        app.include_router(gateway_routes(executors, find, checks=checks))
        app.include_router(language_routes(registry))
    _include_health(app, engine, services, is_executor=language is not None, worker=worker, is_stopping=is_stopping)
    if settings.metrics:
        app.include_router(metrics_routes(metrics, settings.metrics_token))
    app.include_router(home_routes())
    mount_assets(app)
    _document_problems(app)
    return app


def create_worker_app(
    settings: Settings,
    engine: Engine,
    *,
    metrics: Metrics,
    services: Services,
    worker: FindWorker,
    is_stopping: Callable[[], bool],
) -> FastAPI:
    """Return the application of a process that works and has no other face: its health and its metrics."""
    app = _make_app(settings, metrics, lifespan=None)
    _include_health(app, engine, services, is_executor=False, worker=worker, is_stopping=is_stopping)
    if settings.metrics:
        app.include_router(metrics_routes(metrics, settings.metrics_token))
    _document_problems(app)
    return app


def _make_app(settings: Settings, metrics: Metrics, lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Runward",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=_middleware(settings, metrics),
        redirect_slashes=False,
    )
    install_handlers(app)
    return app


def _include_lifecycle(app: FastAPI, services: Services, gate: Gate) -> None:
    # Routes are tried in this order: saving, the most frequent, comes early.
    sessions, executions, allow = services.sessions, services.executions, gate.allow
    for prefix in _PREFIXES:
        routers = (
            session_routes(sessions, gate),
            run_routes(sessions, gate),
            version_routes(sessions, allow),
            execution_routes(sessions, executions, gate),
            output_routes(executions, services.blobs, gate, services.metrics),
            live_routes(executions, gate, origin_check(services.settings.cors_origins), services.metrics),
            auth_routes(services.accounts, gate),
            key_routes(services.accounts, gate),
            user_routes(services.accounts, gate),
            record_routes(services.accounts, gate),
            upload_routes(services.uploads, gate),
        )
        for router in routers:
            app.include_router(router, prefix=prefix)


def _include_health(
    app: FastAPI,
    engine: Engine | None,
    services: Services | None,
    *,
    is_executor: bool,
    worker: FindWorker | None,
    is_stopping: Callable[[], bool],
) -> None:
    """Include what is told of health; an executor's own route tells whether it lives."""
    checks = {} if services is None else all_checks(services, engine, worker)
    readiness = partial(readiness_routes, lambda: not is_stopping(), lambda: 0 if engine is None else engine.running)
    for prefix in _PREFIXES if checks else ("",):
        if not is_executor:
            app.include_router(liveness_routes(), prefix=prefix)
        app.include_router(readiness(checks.get("database")), prefix=prefix)
        if checks:
            app.include_router(status_routes(checks), prefix=prefix)


def _middleware(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """Return what surrounds every request, the outermost first."""
    allowed, proxies = (tuple(map(parse_network, each)) for each in (settings.allowed_ips, settings.trusted_proxies))
    middleware = [
        Middleware(CorrelationMiddleware),
        Middleware(ObservationMiddleware, metrics=metrics),
        Middleware(SecurityHeadersMiddleware),
        Middleware(AddressMiddleware, allowed=allowed, proxies=proxies),
    ]
    if settings.cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST", "PATCH", "DELETE"],
                allow_headers=_CORS_HEADERS,
                expose_headers=[CORRELATION_HEADER, "Retry-After", "WWW-Authenticate", *_RATE_HEADERS],
            )
        )
    streams = {f"{prefix}/uploads": settings.upload_limit_bytes for prefix in _PREFIXES}
    return [*middleware, Middleware(BodyLimitMiddleware, limit_bytes=settings.body_limit_bytes, streams=streams)]


def _executors(
    registry: Registry,
    engine: Engine | None,
    settings: Settings,
    client: httpx.AsyncClient | None,
    metrics: Metrics,
    *,
    only: str | None,
) -> dict[str, Executor]:
    """Return the executors by language; ``only`` names the one that this process serves, itself in any case."""
    if only is not None:
        assert engine is not None, "an executor runs its language itself"
        language = registry.get(only)
        return {language.id: LocalExecutor(engine, language, metrics)}
    executors: dict[str, Executor] = {}
    for language in registry.languages:
        url = settings.executor_urls.get(language.id)
        if url is not None and client is not None:
            executors[language.id] = RemoteExecutor(language=language.id, url=url, client=client)
        elif engine is not None:
            executors[language.id] = LocalExecutor(engine, language, metrics)
    return executors


def _only(executors: Mapping[str, Executor]) -> Find:
    (executor,) = executors.values()

    async def find() -> Executor:
        return executor

    return find


def _by_name(executors: Mapping[str, Executor], registry: Registry) -> Find:
    async def find(
        language: str = Path(description="Its identifier or an alias, in any case.", examples=["python"]),
    ) -> Executor:
        found = registry.get(language)
        if found.id not in executors:
            raise ExecutorMissing(found.name)
        return executors[found.id]

    return find


def _document_problems(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            document.setdefault("components", {}).setdefault("schemas", {}).update(problem_schemas())
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
