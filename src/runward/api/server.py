"""The server process: a socket, an engine, the application, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from functools import partial

import structlog
import uvicorn
import uvloop

from runward.api.app import create_app
from runward.api.health.checks import FindWorker
from runward.domain.errors import RunwardError
from runward.engine import Engine
from runward.settings import Settings
from runward.wiring import open_engine
from runward.wiring.observation import observed, open_metrics
from runward.wiring.privilege import give_up_privilege
from runward.wiring.services import Services, make_for, open_services
from runward.wiring.stop import Stop

# After the last run has ended, this long for its answer to reach a slow client.
_ANSWER_SECONDS = 5
# Longer than clients and proxies keep an idle connection: who closes first must be them, or a request meets a closed one.
_KEEP_ALIVE_SECONDS = 75
_WEBSOCKET_BYTES = 1024 * 1024


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


# What runs beside the HTTP server in the same process, until told to stop: the worker of the all-in-one server.  It yields
# what tells how it is.
Companion = Callable[[Services, Engine, Stop], AbstractAsyncContextManager[FindWorker]]


def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    on_ready: Callable[[Engine], None],
    language: str | None = None,
    companion: Companion | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; then let running requests finish within the grace period.  A second one hurries.

    With a ``companion``, sessions and their executions are served, and it runs them.
    """
    uvloop.run(_serve(settings, listener, on_ready, language, companion))


async def _serve(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[Engine], None],
    language: str | None,
    companion: Companion | None,
) -> None:
    stop = Stop()
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(
            open_engine(settings, languages=None if language is None else [language])
        )
        if reason := give_up_privilege(settings.user, partial(make_for, settings, engine)):
            structlog.get_logger().warning("privilege_kept", reason=reason)
        role = "api" if language is None else f"executor-{language}"
        # After the privilege is gone: threads of ours would not be in the child that tries the user.
        stack.enter_context(observed(settings, role=role))
        metrics, services, worker = open_metrics(engine), None, None
        if companion is not None:
            services = await stack.enter_async_context(open_services(settings, engine.registry, engine.policy, metrics))
            worker = await stack.enter_async_context(companion(services, engine, stop))
        app = create_app(settings, engine, metrics=metrics, services=services, language=language, worker=worker)
        server = _Server(
            uvicorn.Config(
                app,
                http="httptools",
                ws="websockets-sansio" if services else "none",
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
            ),
            stop=stop,
            on_started=lambda: on_ready(engine),
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            group.create_task(_drain_on_stop(engine, settings.grace_period, stop))


async def _drain_on_stop(engine: Engine, grace: timedelta, stop: Stop) -> None:
    await stop.first.wait()
    drained = asyncio.ensure_future(engine.drain(grace))
    hurry = asyncio.ensure_future(stop.second.wait())
    try:
        await asyncio.wait({drained, hurry}, return_when=asyncio.FIRST_COMPLETED)
        if not drained.done():
            await engine.drain(timedelta(0))
        await drained
    finally:
        hurry.cancel()


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
