"""This project's contestants: a step in a slot, the whole engine, and the HTTP face."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import WrongResult
from bench.crew import Crew, CrewContestant
from bench.workload import HELLO_SOURCE, Workload
from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Step
from runward.engine import Engine, Event, ExecutionSpec, InputFile
from runward.engine.result import StepResult
from runward.engine.step import StepOrder, run_step
from runward.languages import StepCommand
from runward.sandbox import Read, Sandbox, SlotKind, SupervisorSettings
from runward.settings import load_settings
from runward.wiring import open_engine

_KIND = "bench"
_START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContestant:
    """A contestant in this process: one task for each client."""

    name: str
    note: str
    workload: Workload
    once: Callable[[], Awaitable[StepResult]]

    async def run(self, count: int) -> list[int]:
        """Run so many times; see Contestant."""
        return [await self._timed() for _ in range(count)]

    async def run_for(self, clients: int, seconds: float) -> tuple[int, float]:
        """Run from several tasks at once; see Contestant."""
        started = time.perf_counter()

        async def client() -> int:
            done = 0
            while time.perf_counter() - started < seconds:
                await self._timed()
                done += 1
            return done

        done = sum(await asyncio.gather(*(client() for _ in range(clients))))
        return done, time.perf_counter() - started

    async def _timed(self) -> int:
        started = time.perf_counter_ns()
        result = await self.once()
        taken = time.perf_counter_ns() - started
        if not result.succeeded or result.stdout.decode() != self.workload.output:
            raise WrongResult(f"{self.name}: {result}")
        return taken


def _ignore(event: Event) -> None:
    """Take an event nobody listens to."""


@contextlib.asynccontextmanager
async def open_sandbox(*, ready_slots: int) -> AsyncIterator[Sandbox]:
    """Start a supervisor with one kind of slot: the host's /usr."""
    reads = tuple(Read(source=path, target=path) for path in ("/usr/bin", "/usr/lib", "/usr/lib64"))
    settings = SupervisorSettings(
        kinds=(SlotKind(name=_KIND, reads=reads),),
        ready_slots=ready_slots,
        allow_missing=load_settings().allow_missing_layers,
    )
    sandbox = Sandbox(settings)
    await sandbox.open()
    try:
        yield sandbox
    finally:
        await sandbox.close()


def slot_contestant(sandbox: Sandbox, *, name: str, note: str) -> OwnContestant:
    """Return `true` as a step of the engine runs it."""
    command = StepCommand(argv=("/usr/bin/true",), environment={}, reads=(), limits=LimitRequest())
    order = StepOrder(step=Step.RUN, kind=_KIND, command=command, environment={}, files=(), limits=Limits())

    async def once() -> StepResult:
        return (await run_step(sandbox, order, _ignore)).result

    return OwnContestant(name=name, note=note, workload=Workload.TRUE, once=once)


@contextlib.asynccontextmanager
async def open_python_engine() -> AsyncIterator[Engine]:
    """Start an engine for Python alone, with the settings of this environment."""
    async with open_engine(load_settings(), languages=["python"]) as engine:
        yield engine


def engine_contestant(engine: Engine) -> OwnContestant:
    """Return Python hello through the engine."""
    spec = ExecutionSpec(language="python", files=(InputFile(path="main.py", content=HELLO_SOURCE.encode()),))

    async def once() -> StepResult:
        return (await engine.run(spec)).last

    note = "all layers; source copied in, output captured, usage read"
    return OwnContestant(name="runward engine", note=note, workload=Workload.PYTHON, once=once)


@contextlib.asynccontextmanager
async def open_server() -> AsyncIterator[int]:
    """Start `runward serve` on a free port; yield the port once it is healthy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "LOG_LEVEL": "error"}
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
        "expect": Workload.PYTHON.output,
    }
    note = "POST /executors/python/execute, one kept-alive loopback connection for each client"
    return CrewContestant(name="runward HTTP", note=note, workload=Workload.PYTHON, crew=crew, order=order)
