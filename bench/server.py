"""The HTTP face: `runward serve` on a free port, asked by the workers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bench.contestant import HTTP, Role, WrongResult
from bench.crew import Crew, CrewContestant
from bench.workload import HELLO_SOURCE, PYTHON_HELLO

_START_SECONDS = 60
_NO_SETTINGS: Mapping[str, str] = {}


@contextlib.asynccontextmanager
async def open_server(settings: Mapping[str, str] = _NO_SETTINGS) -> AsyncIterator[int]:
    """Start `runward serve` on a free port, with data of its own; yield the port once it is healthy."""
    with tempfile.TemporaryDirectory(prefix="runward-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101  (the server becomes another user, who has to get there)
        async with _running({"RUNWARD_DATA_DIR": f"{folder}/data", **settings}) as port:
            yield port


@contextlib.asynccontextmanager
async def _running(settings: Mapping[str, str]) -> AsyncIterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "LOG_LEVEL": "error", **settings}
    runward = Path(sys.executable).with_name("runward")
    server = _launch([str(runward), "serve"], environment)
    try:
        await asyncio.to_thread(_wait_healthy, server, port)
        yield port
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait, _START_SECONDS)


def _launch(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _wait_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            assert server.stderr is not None
            words = server.stderr.read().decode(errors="replace").strip().splitlines()
            raise WrongResult(f"`runward serve` ended at its start: {words[-1] if words else 'without a word'}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/executors/python/health", timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    raise WrongResult(f"`runward serve` was not healthy within {_START_SECONDS} seconds")


def http_contestant(crew: Crew, port: int) -> CrewContestant:
    """Return Python hello over HTTP."""
    order = {
        "port": port,
        "path": "/executors/python/execute",
        "body": json.dumps({"code": HELLO_SOURCE}),
        "expect": "hello\n",
    }
    note = "POST /executors/python/execute, one kept-alive loopback connection for each client"
    return CrewContestant(
        name=HTTP, note=note, workload=PYTHON_HELLO, role=Role.OWN, crew=crew, order=order, crowd=True
    )
