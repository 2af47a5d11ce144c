"""Runs leave nothing behind, and a sandbox that has nothing to do uses no CPU."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from dataclasses import dataclass

from runward.domain.errors import SandboxError
from runward.domain.limits import MIB, Limits
from runward.sandbox import BoxFile, Command, Sandbox, Terminal
from tests.sandbox.conftest import (
    count_descriptors,
    list_cgroups,
    list_descendants,
    list_mounts,
    list_processes,
    run,
    shell,
    supervisor_pid,
    until,
)

# A thousand is what we promise; it takes a while, so it is run by hand: RUNWARD_TEST_RUNS=1000.
RUNS = int(os.environ.get("RUNWARD_TEST_RUNS", "300"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a sandbox has on the host."""

    processes: int
    cgroups: int
    mounts: int
    descriptors: tuple[int, ...]


def footprint(sandbox: Sandbox) -> Footprint:
    guardian = supervisor_pid(sandbox)
    processes = list_descendants(guardian)
    supervisor = processes[0].pid
    zygotes = [process.pid for process in processes if process.parent == supervisor]
    return Footprint(
        processes=len(processes),
        cgroups=len(list_cgroups(guardian)),
        mounts=sum(len(list_mounts(pid)) for pid in (guardian, supervisor, *zygotes)),
        descriptors=tuple(count_descriptors(pid) for pid in (os.getpid(), guardian, supervisor, *zygotes)),
    )


async def one_of_each(sandbox: Sandbox, number: int) -> None:
    """Run something; what it is changes, so that each way to end is among them."""
    files = [BoxFile(path="in.txt", content=b"x" * 1000)]
    match number % 8:
        case 0:
            await shell(sandbox, "cat in.txt > out.txt", files=files, collect=["*.txt"])
        case 1:
            await shell(sandbox, "sleep 100 & kill -9 $$", files=files)
        case 2:
            await run(sandbox, "/no/such/program")
        case 3:
            await shell(sandbox, "exit 3", limits=Limits(disk_bytes=1 * MIB))
        case 4:
            running = await sandbox.start("native", Command(argv=("/bin/cat",), environment={}), Limits())
            running.close()
        case 5:
            await at_terminal(sandbox, "sleep 100 & echo up; read line; exit 4", typed=b"line\n")
        case 6:
            await at_terminal(sandbox, "sleep 100", typed=b"")
        case _:
            try:
                await sandbox.start("no such kind", Command(argv=("x",), environment={}), Limits())
            except SandboxError:
                return


async def at_terminal(sandbox: Sandbox, script: str, *, typed: bytes) -> None:
    """Run a script at a terminal: to its end if something is typed, else until it is killed."""
    command = Command(argv=("/bin/sh", "-c", script), environment={"PATH": "/usr/bin:/bin"}, terminal=Terminal())
    running = await sandbox.start("native", command, Limits())
    try:
        if typed:
            os.write(running.stdin, typed)
        else:
            running.kill()
        await running.next_report()
    finally:
        running.close()


async def test_many_runs_leave_nothing(fresh: Sandbox) -> None:
    for number in range(12):
        await one_of_each(fresh, number)
    await settle(fresh)
    before = footprint(fresh)

    for number in range(0, RUNS, 3):
        await asyncio.gather(*(one_of_each(fresh, number + offset) for offset in range(min(3, RUNS - number))))

    assert await until(lambda: footprint(fresh) == before), f"{before} has become {footprint(fresh)}"


async def test_runs_cancelled_at_any_moment_leave_nothing(fresh: Sandbox) -> None:
    await shell(fresh, "true")
    await settle(fresh)
    before, chance = footprint(fresh), random.Random(5)

    for _ in range(RUNS // 2):
        with suppress(TimeoutError):
            async with asyncio.timeout(chance.random() * 0.01):  # from before it is sent until after its files came
                await shell(fresh, "echo > a.txt; echo > b.txt", collect=["*.txt"])

    assert await until(lambda: footprint(fresh) == before), f"{before} has become {footprint(fresh)}"


async def test_terminals_cancelled_at_any_moment_leave_nothing(fresh: Sandbox) -> None:
    await at_terminal(fresh, "read line", typed=b"line\n")
    await settle(fresh)
    before, chance = footprint(fresh), random.Random(6)

    for _ in range(RUNS // 2):
        with suppress(TimeoutError):
            async with asyncio.timeout(chance.random() * 0.01):
                await at_terminal(fresh, "read line", typed=b"line\n")

    assert await until(lambda: footprint(fresh) == before), f"{before} has become {footprint(fresh)}"


async def settle(sandbox: Sandbox) -> None:
    """Wait until slots that ended are gone and the ready ones stand again: two looks in a row see the same."""
    seen = [footprint(sandbox)]

    def is_steady() -> bool:
        seen.append(footprint(sandbox))
        return len(seen) > 20 and len({*seen[-20:]}) == 1

    assert await until(is_steady)


async def test_an_idle_sandbox_uses_no_cpu_time(fresh: Sandbox) -> None:
    await shell(fresh, "true")
    await settle(fresh)
    guardian = supervisor_pid(fresh)

    def ticks() -> dict[int, int]:
        processes = [list_processes()[guardian], *list_descendants(guardian)]
        return {process.pid: process.ticks for process in processes}

    before = ticks()
    # Idleness is what is measured, so there is no event to wait for: a second in which nothing may happen.
    await asyncio.sleep(1)

    assert ticks() == before
    assert len(before) >= 5  # guardian, supervisor, zygote and the slots that wait
