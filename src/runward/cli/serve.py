"""`runward serve`: the HTTP API for every language."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from typing import Annotated

import typer

from runward.api.server import Role, bind
from runward.api.server import serve as serve_http
from runward.languages import Registry
from runward.settings import Settings, load_settings
from runward.wiring.accounts import auth_mode
from runward.wiring.observation import open_logs
from runward.worker import working

Host = Annotated[str | None, typer.Option(help="Address to listen on; HOST in the settings, else 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on, 0 for any; PORT in the settings, else 8000.", min=0, max=65535)
]


def serve(*, host: Host = None, port: Port = None) -> None:
    """Serve the HTTP API and run what it is sent: sessions and executions, executors for every language, and `/docs`.

    SIGTERM or Ctrl-C: no new work is taken, what runs may finish within the grace period; a second one ends it at once.
    """
    settings = read_settings(host, port)
    auth_mode(settings)  # before anything is started
    listen(settings, Role(name="serve", companion=working), port=settings.port)


def listen(settings: Settings, role: Role, *, port: int) -> None:
    """Take the port, tell where we are, and serve until told to stop."""
    open_logs(settings)
    listener = bind(settings.host, port)
    url = url_of(listener)

    def tell(registry: Registry) -> None:
        _tell(url, role, registry)

    serve_http(settings, role, listener, on_ready=tell)
    print("stopped", file=sys.stderr)


def url_of(listener: socket.socket) -> str:
    """Return the address at which a listener is reached."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _tell(url: str, role: Role, registry: Registry) -> None:
    print(f"Runward serves at {url}  (documentation: {url}/docs; Ctrl-C stops it)")
    path, body = "/executors/python/execute", {"code": "print(6 * 7)"}
    if role.language is not None:
        path, body = "/execute", {"code": registry.get(role.language).hello.source or body["code"]}
    elif not role.runs:
        path, body = "/code-sessions", {"language": "python", "source_code": "print(6 * 7)"}
    told = shlex.quote(json.dumps(body))
    print(f"Try:  curl -s {url}{path} -H 'Content-Type: application/json' -d {told}", flush=True)


def read_settings(host: str | None, port: int | None) -> Settings:
    """Return the settings, with what the command line says in them."""
    given = {"HOST": host, "PORT": port}
    return load_settings(**{name: value for name, value in given.items() if value is not None})
