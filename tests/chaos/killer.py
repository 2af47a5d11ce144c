"""Kills, pauses and restarts the processes of a deployment, and does what a service manager does."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.leftovers import start_of
from tests.sandbox.conftest import Process, list_descendants
from tests.servers.cluster import Cluster, is_ready
from tests.servers.server import Server

# How long a worker is paused: longer than its lease.
PAUSE_SECONDS = 3.5
Strike = Callable[[random.Random], None]


@dataclass(slots=True)
class Killer:
    """Its choices follow from its seed; when they strike depends on the machine."""

    cluster: Cluster
    seed: int
    lull_seconds: float = 1.5
    done: list[tuple[float, str]] = field(default_factory=list)
    # Of the processes that there have been, by id and start.
    seen: set[tuple[int, int]] = field(default_factory=set)
    _began: float = field(default_factory=time.monotonic)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Strike until stopped, then leave everything running."""
        chance = random.Random(self.seed)
        strikes = self._strikes()
        while not self._stopping.is_set():
            if len(self.cluster.nodes) == 1:
                await self._wait_until_up()  # there is no other that works meanwhile
            # The random moment is the point of it.
            with suppress(TimeoutError):
                async with asyncio.timeout(chance.expovariate(1 / self.lull_seconds)):
                    await self._stopping.wait()
                    break
            (strike,) = chance.choices([each for _, each in strikes], [weight for weight, _ in strikes])
            self.look()
            await asyncio.to_thread(strike, chance)
        self.revive()

    def stop(self) -> None:
        """Strike no more."""
        self._stopping.set()

    def look(self) -> None:
        """Note which processes there are."""
        for process in (*self.cluster.workers, *self.cluster.nodes):
            for pid in (process.pid, *(each.pid for each in list_descendants(process.pid))):
                start = start_of(pid)
                if start is not None:
                    self.seen.add((pid, start))

    def revive(self) -> None:
        """Start what has ended, as a service manager does."""
        for number, process in enumerate(self.cluster.workers):
            if process.poll() is not None:
                self.cluster.start_worker()
                self.cluster.workers[number] = self.cluster.workers.pop()
        for number, (port, process) in enumerate(zip(self.cluster.ports, list(self.cluster.nodes), strict=True)):
            if process.poll() is not None:
                self.cluster.start_node(port)
                self.cluster.nodes[number] = self.cluster.nodes.pop()

    def report(self) -> str:
        """Return what was done, and when."""
        counts = Counter(what for _, what in self.done)
        times = {what: [round(at, 1) for at, each in self.done if each == what] for what in counts}
        return "\n".join(f"    {count} x {what}, after {times[what]} s" for what, count in counts.most_common())

    async def _wait_until_up(self) -> None:
        while not self._stopping.is_set() and not await asyncio.to_thread(is_ready, self.cluster.urls[0]):
            self.revive()
            await asyncio.sleep(0.2)

    def _strikes(self) -> list[tuple[int, Strike]]:
        strikes: list[tuple[int, Strike]] = [
            (4, self._kill_node),
            (6, self._kill_below),
            (3, self._pause),
        ]
        if self.cluster.workers:
            strikes.append((6, self._kill_worker))
        if self.cluster.postgresql in self.cluster.servers:
            strikes.append((1, self._restart_postgresql))
        if self.cluster.redis in self.cluster.servers:
            strikes += [(1, self._restart_redis), (1, self._kill_broker)]
        if self.cluster.rabbitmq is not None:
            strikes.append((1, self._restart_broker))
        return strikes

    @property
    def _runners(self) -> list[subprocess.Popen[bytes]]:
        return self.cluster.workers or self.cluster.nodes

    def _kill_worker(self, chance: random.Random) -> None:
        self._kill(chance.choice(self.cluster.workers), "worker killed")

    def _kill_node(self, chance: random.Random) -> None:
        self._kill(chance.choice(self.cluster.nodes), "node killed")

    def _kill_below(self, chance: random.Random) -> None:
        """Kill the guardian, the supervisor, a zygote or an init: each alike, though there are many slots."""
        worker = chance.choice(self._runners).pid
        by_role: dict[str, list[int]] = {}
        for each in (below := list_descendants(worker)):
            if role := _role_of(each, worker, below):
                by_role.setdefault(role, []).append(each.pid)
        if not by_role:
            return
        role = chance.choice(sorted(by_role))
        with suppress(ProcessLookupError):
            os.kill(chance.choice(by_role[role]), signal.SIGKILL)
        self._note(f"{role} killed")

    def _pause(self, chance: random.Random) -> None:
        process = chance.choice(self._runners)
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PAUSE_SECONDS)
            process.send_signal(signal.SIGCONT)
            self._note("worker paused past its lease")

    def _restart_postgresql(self, _chance: random.Random) -> None:
        self._restart(self.cluster.postgresql, "PostgreSQL restarted")

    def _restart_redis(self, _chance: random.Random) -> None:
        self._restart(self.cluster.redis, "Redis restarted")

    def _restart_broker(self, _chance: random.Random) -> None:
        assert self.cluster.rabbitmq is not None, "or it has no such strike"
        self._restart(self.cluster.rabbitmq, "RabbitMQ restarted")

    def _kill_broker(self, _chance: random.Random) -> None:
        broker = self.cluster.rabbitmq or self.cluster.redis
        broker.kill9()
        broker.start()
        self._note(f"{type(broker).__name__} killed")

    def _restart(self, server: Server, what: str) -> None:
        server.restart()
        self._note(what)

    def _kill(self, process: subprocess.Popen[bytes], what: str) -> None:
        process.kill()
        process.wait()
        self._note(what)

    def _note(self, what: str) -> None:
        self.done.append((time.monotonic() - self._began, what))
        self.revive()


def _role_of(process: Process, worker: int, below: list[Process]) -> str | None:
    """Return what it is to the worker; None where it is of a program, whose end by a signal would be its own."""
    if process.parent == worker:
        return "guardian"
    if any(each.pid == process.parent and each.parent == worker for each in below):
        return "supervisor"
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return None  # it has ended meanwhile
    said = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    inner = said["NSpid"].split()[1:]
    return said["Name"] if inner in ([], ["1"]) else None
