"""Ten thousand executions later, nothing has grown: not our processes, not their descriptors, not what the kernel keeps.

RUNWARD_TEST_GROWTH_RUNS says how many there shall be.
"""

from __future__ import annotations

import asyncio
import gc
import os
from dataclasses import dataclass, replace
from pathlib import Path

from runward.domain.limits import MIB
from runward.engine import Engine
from runward.languages import Registry
from runward.settings import Settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.sandbox.conftest import count_descriptors, list_cgroups, list_descendants, list_mounts, until

RUNS = int(os.environ.get("RUNWARD_TEST_GROWTH_RUNS", "10000"))
# Past the second renewal of the interpreter that runs are forked from (each thousand forks), after which there are always
# two of them; and past what caches and allocators take once.
WARM_UP = RUNS // 4
CLIENTS = 4
# A compile step costs as much as ten runs, so there are fewer of these; if each leaked something it would still be seen.
EVERY_C = 50
# What an allocator may hold on to.  A leak of half a kilobyte in each run is more.
SLACK_BYTES = 4 * MIB
# Python objects of the engine's process: it makes hundreds for each run.
SLACK_OBJECTS = 300
# The kernel lets go late, and other work on the host has namespaces and groups too; but one kept in ten runs is a leak.
SLACK_KERNEL_OBJECTS = 750
SLABS = ("net_namespace", "pid_namespace", "user_namespace", "uts_namespace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What an engine has on the host while nothing runs: by role, or by what the kernel calls it."""

    descriptors: dict[str, int]
    groups: int
    mounts: int
    memory: dict[str, int]
    objects: int


def roles(engine: Engine) -> dict[str, int]:
    """Return the engine's lasting processes by role; zygotes are numbered by their size, for ids begin anew some time."""
    process = engine._tiers.get(None)._process
    assert process is not None
    below = list_descendants(process.pid)
    supervisor = below[0].pid
    zygotes = sorted((each.pid for each in below if each.parent == supervisor), key=resident)
    return {
        "engine": os.getpid(),
        "guardian": process.pid,
        "supervisor": supervisor,
        **{f"zygote {number}": pid for number, pid in enumerate(zygotes)},
    }


def footprint(engine: Engine) -> Footprint:
    pids = roles(engine)
    gc.collect()
    return Footprint(
        descriptors={role: count_descriptors(pid) for role, pid in pids.items()},
        groups=len(list_cgroups(pids["guardian"])),
        mounts=sum(len(list_mounts(pid)) for pid in pids.values()),
        memory={role: resident(pid) for role, pid in pids.items()},
        objects=len(gc.get_objects()),
    )


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def kernel_objects() -> dict[str, int]:
    """Return how many namespaces, mounts and control groups the kernel holds; of groups those too that have been removed."""
    slabs = (line.split() for line in Path("/proc/slabinfo").read_text().splitlines()[2:])
    found = {f"slab {name}": int(active) for name, active, *_ in slabs if name in SLABS}
    groups = (line.split() for line in Path("/proc/cgroups").read_text().splitlines()[1:])
    return found | {f"cgroups of {name}": int(count) for name, _, count, *_ in groups}


async def execute(engine: Engine, number: int) -> None:
    if number % EVERY_C == 0:
        source = f'#include <stdio.h>\nint main(void) {{ puts("{number}"); }}'
        result = await engine.run(c(source))
    else:
        result = await engine.run(python(f"print({number})"))
    assert (result.last.stdout, result.last.exit_code) == (f"{number}\n".encode(), 0), result


async def run_many(engine: Engine, numbers: range) -> None:
    rest = iter(numbers)

    async def client() -> None:
        for number in rest:
            await execute(engine, number)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def test_ten_thousand_executions_make_nothing_grow(settings: Settings, registry: Registry) -> None:
    # Never more slots ready than usual: else how many there are follows demand, and comes down half a minute later.
    steady = settings.model_copy(update={"most_ready_slots": 0})
    async with open_engine(steady, languages=["python", "c"], registry=registry) as engine:
        await run_many(engine, range(WARM_UP))
        await settle(engine)
        before, kernel = footprint(engine), kernel_objects()

        await run_many(engine, range(WARM_UP, RUNS))

        await settle(engine)
        after = footprint(engine)
        assert await until(lambda: not grown(kernel, kernel_objects(), SLACK_KERNEL_OBJECTS)), kernel_objects()
    print(f"\nafter {WARM_UP} executions: {before}, {kernel}\nafter {RUNS}: {after}, {kernel_objects()}")
    assert replace(after, memory={}, objects=0) == replace(before, memory={}, objects=0)
    assert grown(before.memory, after.memory, SLACK_BYTES) == {}
    assert after.objects - before.objects < SLACK_OBJECTS


def grown(before: dict[str, int], after: dict[str, int], slack: int) -> dict[str, int]:
    """Return what has grown by more than the slack, and how much."""
    return {name: after[name] - before[name] for name in before if after[name] - before[name] > slack}


async def settle(engine: Engine) -> None:
    """Wait until slots that ended are gone and the ready ones stand again: many looks in a row see the same."""
    seen: list[object] = []

    def is_steady() -> bool:
        pids = roles(engine)
        seen.append((pids, list_cgroups(pids["guardian"]), count_descriptors(pids["supervisor"])))
        return len(seen) > 20 and all(each == seen[-1] for each in seen[-20:])

    assert await until(is_steady, seconds=30)
