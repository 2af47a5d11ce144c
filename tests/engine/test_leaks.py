"""The engine's own process keeps nothing of what it ran, and what fails on our side is never a verdict."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from runward.domain.errors import RequestError, SandboxError
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome
from runward.engine import Engine, Event, Output
from runward.languages import Registry
from runward.settings import Settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.test_running import descriptors
from tests.sandbox.conftest import list_descendants

WAITING = python("import sys\nprint('up', flush=True)\nsys.stdin.read()")


@pytest.fixture
async def own(settings: Settings, registry: Registry) -> AsyncIterator[Engine]:
    """An engine for one test, which may break it."""
    async with open_engine(settings, languages=["python", "c"], registry=registry) as engine:
        yield engine


async def silence() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def start_waiting(engine: Engine) -> asyncio.Task[object]:
    """Return an execution that has spoken and goes on until it is ended."""
    up = asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Output):
            up.set()

    spec = python(WAITING.files[0].content.decode(), stdin=silence())
    task: asyncio.Task[object] = asyncio.create_task(engine.run(spec, on_event=listen))
    waiter = asyncio.create_task(up.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    assert up.is_set(), task.result()
    return task


async def one_of_each(engine: Engine, number: int) -> None:
    match number % 6:
        case 0:
            await engine.run(c('#include <stdio.h>\nint main(void) { fopen("x.txt", "w"); }', artifacts=("*.txt",)))
        case 1:
            await engine.run(c("int main(void) { return missing; }"))
        case 2:
            await engine.run(python("while True: print('x' * 999)"))
        case 3:
            with suppress(RequestError):
                await engine.run(python("", arguments=("x" * 200_000,)))
        case 4:
            task = await start_waiting(engine)
            task.cancel()
            await asyncio.wait({task})
        case _:
            await engine.run(python("while True: pass", limits=LimitRequest(wall_time=timedelta(seconds=0.05))))


async def test_executions_of_every_kind_leave_no_descriptor(own: Engine) -> None:
    for number in range(6):
        await one_of_each(own, number)
    before, tasks = descriptors(), len(asyncio.all_tasks())

    for number in range(36):
        await one_of_each(own, number)

    assert (descriptors(), len(asyncio.all_tasks())) == (before, tasks)


async def test_a_supervisor_killed_under_an_execution_is_our_error_and_the_next_works(own: Engine) -> None:
    task = await start_waiting(own)
    guardian = own._tiers.get(None)._process
    assert guardian is not None

    os.kill(list_descendants(guardian.pid)[0].pid, signal.SIGKILL)

    with pytest.raises(SandboxError):
        await task
    assert own.running == 0
    assert (await own.run(python("print(1)"))).outcome is Outcome.EXITED


async def test_closing_the_engine_ends_what_runs(settings: Settings, registry: Registry) -> None:
    before = descriptors()
    async with open_engine(settings, languages=["python"], registry=registry) as engine:
        task = await start_waiting(engine)

    assert task.cancelled()
    assert descriptors() == before
