"""Flower works against our broker and workers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.queue.conftest import eventually
from tests.queue.test_celery import Runs, consuming, dispatching
from tests.servers.server import free_port


@contextmanager
def flower(broker: str, folder: Path) -> Iterator[str]:
    """Start Flower as its documentation says, and return its address."""
    port = free_port()
    command = ["-m", "celery", f"--broker={broker}", "flower", "--address=127.0.0.1", f"--port={port}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "FLOWER_UNAUTHENTICATED_API": "true"},
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def answers(client: httpx.AsyncClient, path: str, accept: Callable[[Any], bool]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        try:
            response = await client.get(path)
        except httpx.HTTPError:
            return False
        return response.is_success and accept(response.json())

    return check


@pytest.mark.parametrize("server", ["redis", "rabbitmq"])
async def test_flower_lists_the_worker_and_the_task(
    server: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broker = request.getfixturevalue(f"{server}_url")
    runs, name = Runs(), f"of-{uuid4().hex[:8]}"
    runs.may_end.set()

    with flower(broker, tmp_path) as url:
        async with (
            consuming(broker, runs, name=name),
            dispatching(broker) as dispatch,
            httpx.AsyncClient(base_url=url, timeout=10) as client,
        ):
            await eventually(answers(client, "/api/workers?refresh=1", lambda found: f"runward@{name}" in found))

            async def is_listed() -> bool:
                dispatch.announce(uuid4())  # events flow from when Flower has asked for them
                await asyncio.sleep(0)
                return await answers(client, "/api/tasks?taskname=runward.execute", bool)()

            await eventually(is_listed)
