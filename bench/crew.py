"""The workers, and contestants that are run by them: anything that is a command or answers over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.contestant import Role, Window, WrongResult
from bench.workload import PYTHON, Workload

_WORKER = Path(__file__).with_name("worker.py")
_LONGEST_LINE = 1 << 24
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Crew:
    """So many idle workers; use it as an asynchronous context manager."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._workers: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        for _ in range(self._size):
            self._workers.append(
                await asyncio.create_subprocess_exec(
                    *(*_without_hybrid(), PYTHON, "-I", "-S", str(_WORKER)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=_LONGEST_LINE,
                )
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.close()
            await worker.wait()

    async def ask(self, orders: Sequence[Mapping[str, object]]) -> list[list[int]]:
        """Give each order to a worker, all at once; return the nanoseconds of each one's runs, or raise WrongResult."""
        pairs = zip(self._workers[: len(orders)], orders, strict=True)
        answers = await asyncio.gather(*(_ask(worker, order) for worker, order in pairs), return_exceptions=True)
        # Only now, when all have answered: the next order must not meet an answer to this one.
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]


def _without_hybrid() -> tuple[str, ...]:
    """Return a command in front of another that hides an empty v2 hierarchy beside v1: crun 1.8 refuses that mixture.

    Only the workers do not see it; nothing changes on the host.
    """
    hybrid = Path("/sys/fs/cgroup/unified")
    if os.geteuid() != 0 or not hybrid.is_mount():
        return ()
    return ("/usr/bin/unshare", "--mount", "/bin/sh", "-c", f'umount {hybrid} && exec "$0" "$@"')


async def _ask(worker: asyncio.subprocess.Process, order: Mapping[str, object]) -> list[int]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(json.dumps(order).encode() + b"\n")
    answer = json.loads(await worker.stdout.readline())
    if "failed" in answer:
        raise WrongResult(answer["failed"])
    durations: list[int] = answer["nanoseconds"]
    return durations


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewContestant:
    """A contestant that is an order for workers; see worker.py for what an order holds."""

    name: str
    note: str
    workload: Workload
    role: Role
    crew: Crew
    order: Mapping[str, object] = field(repr=False)
    crowd: bool = False

    async def run(self, count: int) -> list[int]:
        """Run so many times; see Contestant."""
        return (await self.crew.ask([{**self.order, "count": count}]))[0]

    async def run_for(self, clients: int, seconds: float) -> Window:
        """Run from several workers at once; see Contestant."""
        started = time.perf_counter()
        answers = await self.crew.ask([{**self.order, "seconds": seconds}] * clients)
        taken = time.perf_counter() - started
        return Window(clients=clients, durations=tuple(each for one in answers for each in one), seconds=taken)


def command_order(argv: tuple[str, ...], *, output: str) -> Mapping[str, object]:
    """Return the order to start a command with next to no environment."""
    return {"argv": argv, "environment": ENVIRONMENT, "expect": output}
