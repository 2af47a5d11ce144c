"""`runward serve`: the HTTP API for every language."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

import typer

from runward.api.server import Companion, bind
from runward.api.server import serve as serve_http
from runward.engine import Engine
from runward.settings import Settings, load_settings
from runward.wiring.accounts import auth_mode
from runward.wiring.observation import open_logs
from runward.wiring.services import Services
from runward.wiring.stop import Stop
from runward.worker import Worker, WorkerStatus

Host = Annotated[str | None, typer.Option(help="Address to listen on; HOST in the settings, else 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on, 0 for any; PORT in the settings, else 8000.", min=0, max=65535)
]


def serve(*, host: Host = None, port: Port = None) -> None:
    """Serve the HTTP API: executors for every language, their gateway, health, and `/docs`.

    SIGTERM or Ctrl-C: no new work is taken, what runs may finish within the grace period; a second one ends it at once.
    """
    settings = _settings(host, port)
    auth_mode(settings)  # before anything is started
    listen(settings, port=settings.port, language=None, companion=_work)


@asynccontextmanager
async def _work(services: Services, engine: Engine, stop: Stop) -> AsyncIterator[Callable[[], WorkerStatus]]:
    """Run what is submitted, beside the HTTP server."""
    worker = Worker.of(services, engine)
    running = asyncio.create_task(_run(worker, stop, services.settings.grace_period))
    try:
        yield worker.status
    finally:
        stop.first.set()
        await worker.drain(timedelta(0))
        await running


async def _run(worker: Worker, stop: Stop, grace: timedelta) -> None:
    await worker.run(stop.first)
    await worker.drain(grace)


def listen(settings: Settings, *, port: int, language: str | None, companion: Companion | None = None) -> None:
    """Take the port, tell where we are, and serve until told to stop."""
    open_logs(settings)
    listener = bind(settings.host, port)
    host, taken = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{taken}"

    def tell(engine: Engine) -> None:
        path = "/execute" if language else "/executors/python/execute"
        code = "" if language is None else engine.registry.get(language).hello.source
        _tell(url, path, code or "print(6 * 7)")

    serve_http(settings, listener, on_ready=tell, language=language, companion=companion)
    print("stopped", file=sys.stderr)


def _tell(url: str, path: str, code: str) -> None:
    body = shlex.quote(json.dumps({"code": code}))
    print(f"Runward serves at {url}  (documentation: {url}/docs; Ctrl-C stops it)")
    print(f"Try:  curl -s {url}{path} -H 'Content-Type: application/json' -d {body}", flush=True)


def _settings(host: str | None, port: int | None) -> Settings:
    given = {"HOST": host, "PORT": port}
    return load_settings(**{name: value for name, value in given.items() if value is not None})
