"""The server process: a socket, an engine, the application, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from runward.api.app import create_app, create_worker_app
from runward.api.health.checks import FindWorker
from runward.domain.errors import RunwardError, SandboxError
from runward.engine import Engine
from runward.languages import Registry
from runward.settings import Settings
from runward.wiring import engine_policy, open_engine, open_registry
from runward.wiring.collector import settle
from runward.wiring.observation import observed, open_metrics
from runward.wiring.privilege import give_up_privilege
from runward.wiring.services import Services, make_for, open_services
from runward.wiring.stop import Stop

# After the last run has ended, this long for its answer to reach a slow client.
_ANSWER_SECONDS = 5
# Longer than clients and proxies keep an idle connection: who closes first must be them, or a request meets a closed one.
_KEEP_ALIVE_SECONDS = 75
_WEBSOCKET_BYTES = 1024 * 1024
_LOST = "the sandbox's guardian was killed, and the privilege to start another is given up; start this process again"


class AddressUnusable(RunwardError):
    """The address to listen on cannot be had; the message says why."""

    code = "address_unusable"


def bind(host: str, port: int) -> socket.socket:
    """Take the address before anything else is started; port 0 means any that is free."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two servers may both bind with SO_REUSEADDR; only listening tells that the port is busy.
        listener.listen(1024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise AddressUnusable(
            f"cannot listen on {host} port {port}: {reason}; stop what uses it, or choose another with --port"
        ) from error
    return listener


# What runs in the process besides the HTTP server, until told to stop: a worker.  It yields what tells how it is.
Companion = Callable[[Services, Engine, Stop], AbstractAsyncContextManager[FindWorker]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a process is for: it ``runs`` programs or not, ``keeps`` sessions and executions or not.

    With a ``companion`` it works on what is queued; without ``faces`` it answers only about its own health.
    """

    name: str
    runs: bool = True
    keeps: bool = True
    faces: bool = True
    language: str | None = None
    companion: Companion | None = None


def serve(
    settings: Settings, role: Role, listener: socket.socket | None, *, on_ready: Callable[[Registry], None]
) -> None:
    """Be what the role says until SIGTERM or SIGINT; then let what runs finish within the grace period.

    A second signal hurries.  Without a ``listener`` nothing is served.
    """
    uvloop.run(_serve(settings, role, listener, on_ready))


async def _serve(
    settings: Settings, role: Role, listener: socket.socket | None, on_ready: Callable[[Registry], None]
) -> None:
    stop, lost = Stop(), False
    async with AsyncExitStack() as stack:
        registry = open_registry(settings)
        engine = None
        if role.runs:
            languages = None if role.language is None else [role.language]
            engine = await stack.enter_async_context(open_engine(settings, languages=languages, registry=registry))
        if reason := give_up_privilege(settings.user, partial(make_for, settings, engine)):
            structlog.get_logger().warning("privilege_kept", reason=reason)
        # After the privilege is gone: threads of ours would not be in the child that tries the user.
        stack.enter_context(observed(settings, role=role.name))
        app = await stack.enter_async_context(_open_app(settings, role, registry, engine, stop))
        settle()
        async with asyncio.TaskGroup() as group:
            if listener is None:
                on_ready(registry)
            else:
                config = _config(settings, app, websockets=role.keeps and role.faces)
                server = _Server(config, stop=stop, on_started=lambda: on_ready(registry))
                group.create_task(server.serve(sockets=[listener]))
            group.create_task(_drain_on_stop(engine, settings.grace_period, stop))
            watching = group.create_task(_stop_when_lost(engine, stop))
        lost = watching.result()
    if lost:
        raise SandboxError(_LOST)


@asynccontextmanager
async def _open_app(
    settings: Settings, role: Role, registry: Registry, engine: Engine | None, stop: Stop
) -> AsyncIterator[FastAPI]:
    """Open what the role needs, and yield its application."""
    metrics = open_metrics(registry, engine)
    async with AsyncExitStack() as stack:
        services = worker = None
        if role.keeps:
            policy = engine_policy(settings, registry) if engine is None else engine.policy
            services = await stack.enter_async_context(open_services(settings, registry, policy, metrics))
            if role.companion is not None and engine is not None:
                worker = await stack.enter_async_context(role.companion(services, engine, stop))
        if role.faces:
            yield create_app(
                settings,
                registry,
                engine,
                metrics=metrics,
                services=services,
                language=role.language,
                worker=worker,
                is_stopping=stop.first.is_set,
            )
        else:
            assert engine, "a worker runs programs"
            assert services, "a worker shares the database"
            assert worker, "a worker has a companion"
            yield create_worker_app(
                settings, engine, metrics=metrics, services=services, worker=worker, is_stopping=stop.first.is_set
            )


def _config(settings: Settings, app: FastAPI, *, websockets: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio" if websockets else "none",
        ws_max_size=_WEBSOCKET_BYTES,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        # It would believe any program on this machine; ours believes RUNWARD_TRUSTED_PROXIES.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(settings.grace_period_seconds) + _ANSWER_SECONDS,
    )


async def _drain_on_stop(engine: Engine | None, grace: timedelta, stop: Stop) -> None:
    await stop.first.wait()
    if engine is None:
        return
    drained = asyncio.ensure_future(engine.drain(grace))
    hurry = asyncio.ensure_future(stop.second.wait())
    try:
        await asyncio.wait({drained, hurry}, return_when=asyncio.FIRST_COMPLETED)
        if not drained.done():
            await engine.drain(timedelta(0))
        await drained
    finally:
        hurry.cancel()


async def _stop_when_lost(engine: Engine | None, stop: Stop) -> bool:
    """Stop when nothing can be run here any more; tell whether that was why we stop."""
    if engine is None:
        return False
    lost, stopped = asyncio.ensure_future(engine.wait_lost()), asyncio.ensure_future(stop.first.wait())
    try:
        await asyncio.wait({lost, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            return False
        structlog.get_logger().critical("sandbox_lost", detail=_LOST)
        stop.first.set()
        return True
    finally:
        lost.cancel()
        stopped.cancel()


class _Server(uvicorn.Server):
    """uvicorn, stopped by our signals and asleep in between: its own loop wakes ten times a second."""

    def __init__(self, config: uvicorn.Config, *, stop: Stop, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop, self._on_started = stop, on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us: uvicorn would raise them again at the end, and so exit with their status."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell that requests are taken."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def main_loop(self) -> None:
        """Sleep until asked to stop."""
        await self._stop.first.wait()
        self.should_exit = True
