"""What is checked: the database, Redis, the broker, the workers, the disk, memory, and the sandbox by a real run."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, func, select, text

from runward.api.health.check import Check, Found, State
from runward.domain.errors import QueueFull
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome
from runward.engine import Engine, ExecutionSpec, InputFile
from runward.languages import Language
from runward.store import Database
from runward.store.executions import IS_RUNNING, count_queued, oldest_queued_at
from runward.store.tables import executions
from runward.store.workers import count_workers
from runward.wiring.services import Services, data_dir

# Counting stops here; a queue this long is none the worse for being longer.
_MOST_COUNTED = 10_000
_LONG_WAIT_SECONDS = 30.0
_MOST_DISK_USED = 0.95
_MOST_MEMORY_USED = 0.95
# How long one real run answers for everybody who asks: monitors must not keep the sandbox busy.
_SANDBOX_KEPT_SECONDS = 5.0
_HELLO_SECONDS = 4


class WorkerState(Protocol):
    """How a worker of this process is; ``reason`` says why it takes no work, ``hampered`` why it takes it late."""

    @property
    def name(self) -> str:
        """Return what it is called in rows and logs."""

    @property
    def slots(self) -> int:
        """Return how many programs it runs at once."""

    @property
    def busy(self) -> int:
        """Return how many it runs now."""

    @property
    def ready(self) -> bool:
        """Tell whether it takes work."""

    @property
    def reason(self) -> str:
        """Return why it takes none."""

    @property
    def hampered(self) -> str:
        """Return why it takes it late."""


FindWorker = Callable[[], WorkerState]


def all_checks(services: Services, engine: Engine | None, worker: FindWorker | None) -> Mapping[str, Check]:
    """Return every check of a server that keeps executions, by the name under which it is told."""
    return {
        "database": lambda: check_database(services.database),
        "redis": lambda: check_outside(services.connections.ping_redis, what="Redis"),
        "broker": lambda: check_outside(services.connections.ask_broker, what="broker"),
        "workers": lambda: check_workers(services.database, worker),
        "disk": lambda: check_disk(data_dir(services.settings)),
        "memory": check_memory,
        "sandbox": check_no_sandbox if engine is None else SandboxCheck(engine),
    }


async def check_database(database: Database) -> Found:
    """Ask it something."""
    await database.read(lambda connection: connection.execute(select(text("1"))).scalar_one())
    return Found(facts={"kind": database.name})


async def check_outside(ask: Callable[[], Awaitable[Mapping[str, int | str]]] | None, *, what: str) -> Found:
    """Ask a service outside this process, where the deployment has one."""
    if ask is None:
        return Found(state=State.UNUSED, detail=f"this deployment uses no {what}, and needs none")
    return Found(facts=await ask())


async def check_workers(database: Database, worker: FindWorker | None) -> Found:
    """Tell how long the queue is and who works on it."""
    queued, oldest, running, busy, workers = await database.read(lambda c: _look(c, database))
    facts: dict[str, int | float | str] = {
        "queued": queued,
        "oldest_wait_seconds": round(oldest.total_seconds(), 3),
        "running": running,
        "workers": workers,
        "busy_workers": busy,
    }
    if worker is not None:
        state = worker()
        facts |= {"name": state.name, "slots": state.slots, "busy": state.busy}
        if not state.ready:
            return Found(state=State.FAILED, detail=f"the worker takes no work: {state.reason}", facts=facts)
        if state.hampered:
            detail = f"the worker finds new runs by looking each second, since it hears no broker: {state.hampered}"
            return Found(state=State.DEGRADED, detail=detail, facts=facts)
    if workers == 0:
        return Found(state=State.DEGRADED, detail="no worker is there; start one: runward worker", facts=facts)
    if oldest.total_seconds() > _LONG_WAIT_SECONDS:
        detail = f"an execution has waited for {oldest.total_seconds():.0f} s; are there workers enough?"
        return Found(state=State.DEGRADED, detail=detail, facts=facts)
    return Found(facts=facts)


async def check_disk(folder: Path) -> Found:
    """Tell how full the disk is that holds the data."""
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    usage = await asyncio.to_thread(shutil.disk_usage, nearest)
    used = usage.used / (usage.used + usage.free)
    facts = {"total_bytes": usage.total, "free_bytes": usage.free, "used_ratio": round(used, 4)}
    if used > _MOST_DISK_USED:
        return Found(state=State.DEGRADED, detail=f"{used:.0%} of the disk are used; make room", facts=facts)
    return Found(facts=facts)


async def check_memory() -> Found:
    """Tell how much of this host's memory is used."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()  # noqa: ASYNC240  (the kernel's own, at once)
    sizes = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    total, available = sizes["MemTotal"], sizes["MemAvailable"]
    used = 1 - available / total
    facts = {"total_bytes": total, "available_bytes": available, "used_ratio": round(used, 4)}
    if used > _MOST_MEMORY_USED:
        return Found(state=State.DEGRADED, detail=f"{used:.0%} of the memory are used", facts=facts)
    return Found(facts=facts)


async def check_no_sandbox() -> Found:
    """Tell that programs are run elsewhere."""
    return Found(state=State.UNUSED, detail="this node runs no programs; its workers do")


class SandboxCheck:
    """Runs a program, for all who ask within a few seconds the same one."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, asyncio.Lock()
        self._known: Found | None = None
        self._known_until = 0.0

    async def __call__(self) -> Found:
        """Return what came of the latest run."""
        async with self._lock:
            if self._known is None or time.monotonic() >= self._known_until:
                self._known = await self._run()
                self._known_until = time.monotonic() + _SANDBOX_KEPT_SECONDS
            return self._known

    async def _run(self) -> Found:
        language = self._find_language()
        if language is None:
            return Found(state=State.FAILED, detail="this host has the toolchain of no language")
        source, limits = language.hello.source.encode(), LimitRequest(wall_time=timedelta(seconds=_HELLO_SECONDS))
        name = language.source_name_for(source)
        spec = ExecutionSpec(language=language.id, files=(InputFile(path=name, content=source),), limits=limits)
        begun = time.perf_counter()
        try:
            result = await self._engine.run(spec)
        except QueueFull as error:
            return Found(state=State.DEGRADED, detail=str(error))
        facts = {"language": language.id, "run_ms": round((time.perf_counter() - begun) * 1000, 3)}
        if result.last.outcome is Outcome.EXITED and result.last.exit_code == 0:
            return Found(facts=facts)
        return Found(state=State.FAILED, detail=f"its program ended {result.last.outcome}, not well", facts=facts)

    def _find_language(self) -> Language | None:
        """Return one that needs no compiler, where there is one."""
        usable = [
            (each.id != "python", bool(self._compiles(each.id)), each)
            for each in self._engine.registry.languages
            if self._engine.registry.status(each.id).available
        ]
        return min(usable, key=lambda found: found[:2])[2] if usable else None

    def _compiles(self, language: str) -> bool:
        return len(self._engine.registry.runtime(language).steps) > 1


def _look(connection: Connection, database: Database) -> tuple[int, timedelta, int, int, int]:
    now = database.clock(connection)
    oldest = oldest_queued_at(connection, now=now)
    held = select(func.count(), func.count(executions.c.worker.distinct())).where(IS_RUNNING)
    running, busy = connection.execute(held).one()
    waited = timedelta(0) if oldest is None else max(now - oldest, timedelta(0))
    return count_queued(connection, at_most=_MOST_COUNTED), waited, running, busy, count_workers(connection, now=now)
