"""`runward executor`: the service of one language."""

from __future__ import annotations

from typing import Annotated

import typer

from runward.api.server import Role
from runward.cli.serve import Host, listen
from runward.domain.errors import RequestError
from runward.settings import load_settings
from runward.wiring import open_registry

# The ports that clients of these services already know.
_PORTS = {
    "python": 8001,
    "javascript": 8002,
    "typescript": 8002,
    "java": 8003,
    "cpp": 8004,
    "go": 8005,
    "rust": 8006,
}


def executor(
    *,
    language: Annotated[str, typer.Option("--language", "-l", help="The language, by name or alias.")],
    host: Host = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port to listen on, 0 for any; by default Python 8001, JavaScript and TypeScript 8002, Java 8003, "
            "C++ 8004, Go 8005, Rust 8006.",
            min=0,
            max=65535,
        ),
    ] = None,
) -> None:
    """Serve one language at a port of its own: `/health`, `/execute`, `/validate`, `/info`."""
    settings = load_settings(**({} if host is None else {"HOST": host}))
    registry = open_registry(settings)
    chosen = registry.get(language)
    registry.runtime(chosen.id)
    chosen_port = _PORTS.get(chosen.id) if port is None else port
    if chosen_port is None:
        raise RequestError(f"{chosen.name} has no port of its own; choose one with --port")
    role = Role(name=f"executor-{chosen.id}", keeps=False, language=chosen.id)
    listen(settings, role, port=chosen_port)
