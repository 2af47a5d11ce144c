"""Kills processes of one engine at random moments, and remembers whom and under which execution."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runward.engine import Engine
from runward.sandbox.cgroup import subtree
from tests.sandbox.conftest import list_cgroups, list_processes, until

# Every execution has a file of this name with its number in it, so that a process in its box can be told from others.
MARKER = "execution-number"
# Inits and payloads are many and quickly replaced; each of the others takes the runs of a whole kind, or all, with it.
WEIGHTS = {"init": 45, "payload": 35, "zygote": 12, "supervisor": 6, "guardian": 4}
_MEAN_PAUSE = 0.05
# So that executions come through, however slow the machine is.
_TRIES_FOR_A_KILL = 2


@dataclass(slots=True)
class Killer:
    """Its choices follow from its seed; when they strike depends on the machine."""

    engine: Engine
    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    victims: set[int] = field(default_factory=set)
    seen: set[tuple[int, int]] = field(default_factory=set)
    guardians: set[int] = field(default_factory=set)
    tries: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def work(self) -> None:
        """Kill until cancelled."""
        chance = random.Random(self.seed)
        while True:
            for _ in range(_TRIES_FOR_A_KILL):
                await self.tries.acquire()
            # The random moment is the point of it; nothing that could be waited for would be one.
            await asyncio.sleep(chance.expovariate(1 / _MEAN_PAUSE))
            role = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            candidates = self.look()[role]
            if candidates:
                await self.kill(role, chance.choice(candidates))

    def begin(self, number: int) -> None:
        """Take note that an execution is tried, with no process of it killed yet."""
        self.victims.discard(number)
        self.tries.release()

    def look(self) -> dict[str, list[int]]:
        """Return the engine's own processes by role; those that nobody below its guardian is the parent of are in none."""
        roles: dict[str, list[int]] = {role: [] for role in WEIGHTS}
        process = self.engine._tiers.get(None)._process
        if process is None:
            return roles  # between two guardians
        self.guardians.add(process.pid)
        processes = list_processes()
        below = {
            "guardian": "supervisor",
            "supervisor": "zygote",
            "zygote": "init",
            "init": "payload",
            "payload": "payload",
        }
        todo = [("guardian", process.pid)]
        while todo:
            role, pid = todo.pop()
            roles[role].append(pid)
            children = (each.pid for each in processes.values() if each.parent == pid and each.state not in "ZX")
            todo += [(below[role], child) for child in children]
        self.seen |= {(pid, started) for pids in roles.values() for pid in pids if (started := start_time(pid))}
        return roles

    async def kill(self, role: str, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError), _opened(pid) as descriptor:
            if role == "payload":
                # Stopped first: what it is when the marker is looked for is what it is when it dies.
                signal.pidfd_send_signal(descriptor, signal.SIGSTOP)
                await until(lambda: state_of(pid) in ("T", "Z", "X", ""))
                if (number := marker(pid)) is not None:
                    self.victims.add(number)
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            self.killed[role] += 1

    def orphans(self) -> list[Path]:
        """Return the control groups that stand for nothing: a former guardian's, or a slot's that nobody is in."""
        self.look()
        process = self.engine._tiers.get(None)._process
        former = [folder for pid in self.guardians if not process or pid != process.pid for folder in list_cgroups(pid)]
        slots = [folder for folder in list_cgroups(process.pid) if folder.name.startswith("slot-")] if process else []
        return former + [folder for folder in slots if not subtree.list_processes(folder)]

    def leftovers(self) -> tuple[list[int], list[Path]]:
        """Return which processes that were ever seen still live, and the control groups that still stand."""
        alive = [pid for pid, started in self.seen if start_time(pid) == started]
        return alive, [folder for pid in self.guardians for folder in list_cgroups(pid)]


@contextlib.contextmanager
def _opened(pid: int) -> Iterator[int]:
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def marker(pid: int) -> int | None:
    """Return the number of the execution in whose box a process is; None while it is parked, or is not in one."""
    try:
        return int(Path(f"/proc/{pid}/root/box/{MARKER}").read_text())
    except (OSError, ValueError):
        return None


def children(pid: int) -> list[int]:
    """Return the processes whose parent a process is; none where it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def state_of(pid: int) -> str:
    """Return the letter of a process's state; nothing where it is gone."""
    return "".join(_fields(pid)[:1])


def start_time(pid: int) -> int:
    """Return when a process was started, which with its id is its own for ever; 0 where it has ended."""
    fields = _fields(pid)
    return int(fields[19]) if fields and fields[0] not in "ZX" else 0


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
