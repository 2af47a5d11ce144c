"""Real servers: the command, its own process, a free port, the real engine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.folders import shared_folder

# Requests that are made up come faster than any person's.
MANY_RUNS = {"RUNWARD_SESSION_RATE": "1000000", "RUNWARD_SESSION_EXECUTIONS": "1000000"}
RUNWARD = [sys.executable, "-c", "from runward.cli import main; main()"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    def stop(self) -> int:
        """Ask it to stop, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def started(arguments: list[str], environment: dict[str, str], *, stderr: Path | None = None) -> Iterator[Server]:
    """Start a server in a data folder of its own, unless one is given, and stop it at the end."""
    with shared_folder() as folder:  # the server becomes another user, who has to get there
        defaults = {"RUNWARD_READY_SLOTS": "1", "RUNWARD_DATA_DIR": f"{folder}/data", **MANY_RUNS}
        with ExitStack() as stack:
            errors = stack.enter_context(stderr.open("w")) if stderr is not None else None
            yield stack.enter_context(_running(arguments, {**os.environ, **defaults, **environment}, errors))


@contextmanager
def _running(arguments: list[str], environment: dict[str, str], errors: IO[str] | None) -> Iterator[Server]:
    process = subprocess.Popen(
        [*RUNWARD, *arguments, "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=errors,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, f"the server did not say where it is: {first!r}"
        with httpx.Client(base_url=found[0], timeout=120, trust_env=False) as client:
            yield Server(url=found[0], process=process, client=client)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()


StartServer = Callable[..., Server]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Return a function that starts a server of its own for a test: arguments, and settings by keyword.

    ``stderr`` is a file for what it and its supervisor log.
    """
    with ExitStack() as stack:

        def start(*arguments: str, stderr: Path | None = None, **environment: str) -> Server:
            return stack.enter_context(started(list(arguments or ("serve",)), environment, stderr=stderr))

        yield start


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[Server]]:
    """Return what starts a server for the length of a block, for fixtures that last longer than a test."""
    return started


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a server with all languages that all tests share."""
    with started(["serve"], {}) as running:
        yield running


@pytest.fixture
def client(server: Server) -> httpx.Client:
    """Return a client of the shared server."""
    return server.client


@pytest.fixture
def runward() -> list[str]:
    """Return the command."""
    return RUNWARD
