"""What a slot costs: the time to make and to destroy one."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass

from bench.sample import Summary, summarize
from runward.domain.limits import Limits
from runward.sandbox import Read, SlotKind
from runward.sandbox.cgroup import open_tree
from runward.sandbox.identity import ROOT_BASE, open_rootful_pool
from runward.sandbox.pool import Pool
from runward.sandbox.zygote import CORE


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCost:
    """Milliseconds for a slot made and destroyed unused: wall time, and processor time of supervisor, zygote and init.

    What the kernel does later on threads of its own, such as taking a network namespace apart, is not in ``cpu_ms``.
    """

    make: Summary
    destroy: Summary
    cpu_ms: float


async def measure_slots(count: int) -> SlotCost:
    """Make and destroy slots in a process of its own, as the supervisor does; root only."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.slot", str(count)), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await worker.communicate()
    if worker.returncode != 0:
        raise RuntimeError("the slots could not be measured; the reason is on standard error")
    found = json.loads(output)
    return SlotCost(make=Summary(**found["make"]), destroy=Summary(**found["destroy"]), cpu_ms=found["cpu_ms"])


async def _measure(count: int) -> SlotCost:
    disk_bytes = Limits().disk_bytes
    cgroups = open_tree(name="bench")
    reads = tuple(Read(source=path, target=path) for path in ("/usr/bin", "/usr/lib", "/usr/lib64"))
    pool = Pool(
        {"bench": SlotKind(name="bench", reads=reads)},
        core=CORE,
        cgroups=cgroups,
        uids=open_rootful_pool(ROOT_BASE),
        rootless=False,
        require_landlock=True,
        ready_slots=0,
        most_ready_slots=0,
    )
    made, destroyed = [], []
    try:
        await (await pool.acquire("bench", disk_bytes)).destroy()
        cpu, inits = _own_seconds(), 0
        for _ in range(count):
            started = time.perf_counter_ns()
            slot = await pool.acquire("bench", disk_bytes)
            ready = time.perf_counter_ns()
            inits += slot.cgroup.cpu_time_ns() or 0
            await slot.destroy()
            made.append(ready - started)
            destroyed.append(time.perf_counter_ns() - ready)
    finally:
        await pool.close()
        cgroups.close()
    cpu = _own_seconds() - cpu + inits / 1e9  # the zygote counts now that it is reaped
    return SlotCost(make=summarize(made), destroy=summarize(destroyed), cpu_ms=1e3 * cpu / count)


def _own_seconds() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    """Measure as many slots as the first argument says and print JSON."""
    print(json.dumps(asdict(asyncio.run(_measure(int(sys.argv[1]))))))


if __name__ == "__main__":
    main()
