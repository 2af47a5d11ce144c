"""`runward worker`: runs what API nodes have queued."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runward.api.server import Role, bind, serve
from runward.cli.serve import Host, read_settings, url_of
from runward.languages import Registry
from runward.wiring.observation import open_logs
from runward.wiring.services import check_shared
from runward.worker import working


def worker(
    *,
    host: Host = None,
    port: Annotated[
        int | None,
        typer.Option(help="Serve health and metrics at this port, 0 for any; without it, nowhere.", min=0, max=65535),
    ] = None,
) -> None:
    """Run queued executions: one process with as many slots as MAX_CONCURRENT_EXECUTIONS says.

    It shares the database with the API nodes (DATABASE_URL) and hears of work through PostgreSQL, Redis (REDIS_URL) or a
    broker (RUNWARD_BROKER_URL).  SIGTERM: it takes no more, and hands back what does not end within the grace period.
    """
    settings = read_settings(host, None)
    check_shared(settings)
    open_logs(settings)
    listener = None if port is None else bind(settings.host, port)

    def tell(_registry: Registry) -> None:
        where = "" if listener is None else f" (health and metrics: {url_of(listener)}/health/status)"
        print(f"Runward works{where}; Ctrl-C stops it", flush=True)

    serve(settings, Role(name="worker", faces=False, companion=working), listener, on_ready=tell)
    print("stopped", file=sys.stderr)
