"""What the queue itself costs: the engine called directly, and the same program through the queue, without HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bench.contestant import WrongResult
from bench.workload import HELLO_SOURCE
from runward.accounts.identity import Identity
from runward.domain.access import USER_SCOPES, Role
from runward.engine import Engine, ExecutionSpec, InputFile
from runward.sessions import RunWish
from runward.settings import load_settings
from runward.store.sessions import Code
from runward.wiring import engine_policy, open_engine, open_registry
from runward.wiring.observation import open_metrics
from runward.wiring.services import Services, open_services
from runward.worker import Worker

_PATIENCE = timedelta(seconds=30)
_SESSIONS = 50
_PAUSE_SECONDS = 0.01
_WHO = Identity(account_id=None, name="bench", role=Role.USER, scopes=USER_SCOPES)


@dataclass(slots=True, kw_only=True)
class Call:
    """One way of having a program run from within a process."""

    name: str
    task: Callable[[], Awaitable[None]]
    times: list[float] = field(default_factory=list)


@contextlib.asynccontextmanager
async def open_calls(
    direct: str, embedded: str, shared: Mapping[str, Mapping[str, str]], settings: Mapping[str, str]
) -> AsyncIterator[list[Call]]:
    """Yield the engine's own call first, then the queue in this process, then those whose settings name other workers."""
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="runward-bench-"))
        own = load_settings(**{"RUNWARD_DATA_DIR": folder, **settings})
        engine = await stack.enter_async_context(open_engine(own, languages=["python"]))
        metrics = open_metrics(engine.registry, engine)
        services = await stack.enter_async_context(open_services(own, engine.registry, engine.policy, metrics))
        await stack.enter_async_context(_working(Worker.of(services, engine)))
        calls = [Call(name=direct, task=_directly(engine)), Call(name=embedded, task=await _through(services))]
        for name, theirs in shared.items():
            far = load_settings(**theirs)
            registry = open_registry(far)
            services = await stack.enter_async_context(
                open_services(far, registry, engine_policy(far, registry), open_metrics(registry, None))
            )
            calls.append(Call(name=name, task=await _through(services)))
        yield calls


async def measure_calls(calls: Sequence[Call], rounds: int) -> None:
    """Time each in turn with the first, so that whatever else the machine does falls on both.

    Not all in one turn: five processes that were idle meanwhile would be measured with cold caches.  In the pause between
    two calls the slot that was used is replaced.
    """
    first = calls[0]
    for call in calls[1:]:
        for number in range(-10, rounds):
            for each in (first, call):
                await asyncio.sleep(_PAUSE_SECONDS)
                began = time.perf_counter()
                await each.task()
                if number >= 0:
                    each.times.append((time.perf_counter() - began) * 1000)


@contextlib.asynccontextmanager
async def _working(worker: Worker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
        await worker.drain(timedelta(0))


def _directly(engine: Engine) -> Callable[[], Awaitable[None]]:
    spec = ExecutionSpec(language="python", files=(InputFile(path="main.py", content=HELLO_SOURCE.encode()),))

    async def run() -> None:
        result = await engine.run(spec)
        if result.last.stdout != b"hello\n":
            raise WrongResult(f"the engine found {result}")

    return run


async def _through(services: Services) -> Callable[[], Awaitable[None]]:
    code = Code(source_code=HELLO_SOURCE, files={}, entry=None)
    opened = [await services.sessions.create(_WHO, language="python", code=code) for _ in range(_SESSIONS)]
    in_turn = itertools.cycle(opened)

    async def run() -> None:
        ended = await services.sessions.run(_WHO, next(in_turn).id, RunWish(), patience=_PATIENCE)
        if ended.stdout != b"hello\n":
            raise WrongResult(f"the queue ended with {ended}")

    return run
