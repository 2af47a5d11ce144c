"""So many run, so many wait; the rest is told to come back; a service that stops lets go in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from runward.domain.errors import QueueFull, ShuttingDown
from runward.engine import Engine, Event, ExecutionResult, Output
from runward.languages import Registry
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.engine.conftest import python


@pytest.fixture
async def narrow(registry: Registry) -> AsyncIterator[Engine]:
    """An engine where one execution runs and one may wait."""
    settings = load_settings(MAX_CONCURRENT_EXECUTIONS=1, RUNWARD_QUEUE_LIMIT=1, RUNWARD_COMPILE_CACHE_MB=0)
    async with open_engine(settings, languages=["python"], registry=registry) as engine:
        yield engine


class Held:
    """An execution that runs until it is let go."""

    def __init__(self, engine: Engine) -> None:
        self._running, self._release = asyncio.Event(), asyncio.Event()
        spec = python("import sys\nprint('up', flush=True)\nsys.stdin.read()\nprint('done')", stdin=self._input())
        self.task = asyncio.create_task(engine.run(spec, on_event=self._listen))

    async def wait_running(self) -> None:
        waiter = asyncio.create_task(self._running.wait())
        await asyncio.wait({self.task, waiter}, return_when=asyncio.FIRST_COMPLETED)
        assert self._running.is_set(), self.task.result()

    async def finish(self) -> ExecutionResult:
        self._release.set()
        return await self.task

    def _listen(self, event: Event) -> None:
        if isinstance(event, Output):
            self._running.set()

    async def _input(self) -> AsyncIterator[bytes]:
        await self._release.wait()
        yield b""


async def hold(engine: Engine) -> Held:
    held = Held(engine)
    await held.wait_running()
    return held


async def next_in_line(engine: Engine) -> asyncio.Task[ExecutionResult]:
    task = asyncio.create_task(engine.run(python("print('next')")))
    await asyncio.sleep(0)  # it runs up to the place it has to wait for
    return task


async def test_beyond_the_queue_the_caller_is_told_when_to_come_back(narrow: Engine) -> None:
    first = await hold(narrow)
    second = await next_in_line(narrow)

    with pytest.raises(QueueFull) as caught:
        await narrow.run(python(""))

    assert (caught.value.limit, narrow.running) == (1, 1)
    assert caught.value.retry_after >= 1
    assert (await first.finish()).last.stdout == b"up\ndone\n"
    assert (await second).last.stdout == b"next\n"


async def test_what_is_cancelled_in_the_queue_leaves_its_place_to_others(narrow: Engine) -> None:
    first = await hold(narrow)
    second = await next_in_line(narrow)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second

    third = await next_in_line(narrow)
    await first.finish()
    assert (await third).last.stdout == b"next\n"


async def test_an_execution_that_is_cancelled_leaves_its_place_to_the_next(narrow: Engine) -> None:
    first = await hold(narrow)
    second = await next_in_line(narrow)

    first.task.cancel()

    assert (await second).last.stdout == b"next\n"


async def test_draining_takes_no_more_and_lets_what_runs_and_waits_finish(narrow: Engine) -> None:
    first = await hold(narrow)
    second = await next_in_line(narrow)
    draining = asyncio.create_task(narrow.drain(timedelta(seconds=60)))
    await asyncio.sleep(0)

    with pytest.raises(ShuttingDown):
        await narrow.run(python(""))

    assert not draining.done()
    assert (await first.finish()).last.exit_code == 0
    assert (await second).last.stdout == b"next\n"
    await draining
    assert narrow.running == 0


async def test_draining_without_grace_ends_what_runs_and_what_waits(narrow: Engine) -> None:
    first = await hold(narrow)
    second = await next_in_line(narrow)

    async with asyncio.timeout(20):
        await narrow.drain(timedelta(0))

    assert first.task.cancelled()
    assert second.cancelled()


async def test_draining_an_idle_engine_returns_at_once(narrow: Engine) -> None:
    async with asyncio.timeout(20):
        await narrow.drain(timedelta(seconds=60))
