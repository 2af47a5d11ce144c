"""Kills, pauses and restarts the processes of a cluster, and does what a service manager does."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.sandbox.conftest import list_descendants
from tests.servers.cluster import Cluster
from tests.servers.server import Server

# How long a worker is paused: longer than its lease.
PAUSE_SECONDS = 3.5


@dataclass(slots=True)
class Killer:
    """Its choices follow from its seed; when they strike depends on the machine."""

    cluster: Cluster
    seed: int
    lull_seconds: float = 1.5
    done: Counter[str] = field(default_factory=Counter)

    async def work(self) -> None:
        """Strike until cancelled."""
        chance = random.Random(self.seed)
        strikes: list[tuple[int, Callable[[random.Random], object]]] = [
            (6, self._kill_worker),
            (4, self._kill_node),
            (6, self._kill_below_worker),
            (3, self._pause_worker),
            (1, self._restart_postgresql),
            (1, self._restart_redis),
            (1, self._kill_broker),
        ]
        while True:
            # The random moment is the point of it.
            await asyncio.sleep(chance.expovariate(1 / self.lull_seconds))
            (strike,) = chance.choices([each for _, each in strikes], [weight for weight, _ in strikes])
            await asyncio.to_thread(strike, chance)

    def revive(self) -> None:
        """Start what has ended, as a service manager does."""
        for number, process in enumerate(self.cluster.workers):
            if process.poll() is not None:
                self.cluster.start_worker()
                self.cluster.workers[number] = self.cluster.workers.pop()
        for port, process in zip(list(self.cluster.ports), list(self.cluster.nodes), strict=True):
            if process.poll() is not None:
                index = self.cluster.ports.index(port)
                self.cluster.start_node(port)
                self.cluster.nodes[index] = self.cluster.nodes.pop()

    def _kill_worker(self, chance: random.Random) -> None:
        self._kill(chance.choice(self.cluster.workers), "worker")

    def _kill_node(self, chance: random.Random) -> None:
        self._kill(chance.choice(self.cluster.nodes), "API node")

    def _kill_below_worker(self, chance: random.Random) -> None:
        """Kill the guardian, the supervisor, a zygote, an init or a program of a worker."""
        below = list_descendants(chance.choice(self.cluster.workers).pid)
        if below:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(below).pid, signal.SIGKILL)
            self.done["process below a worker"] += 1

    def _pause_worker(self, chance: random.Random) -> None:
        process = chance.choice(self.cluster.workers)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PAUSE_SECONDS)
            os.kill(process.pid, signal.SIGCONT)
        self.done["worker paused past its lease"] += 1

    def _restart_postgresql(self, _chance: random.Random) -> None:
        self._restart(self.cluster.postgresql, "PostgreSQL restarted")

    def _restart_redis(self, _chance: random.Random) -> None:
        self._restart(self.cluster.redis, "Redis restarted")

    def _kill_broker(self, _chance: random.Random) -> None:
        broker = self.cluster.rabbitmq or self.cluster.redis
        broker.kill9()
        broker.start()
        self.done["broker"] += 1
        self.revive()

    def _restart(self, server: Server, what: str) -> None:
        server.restart()
        self.done[what] += 1
        self.revive()

    def _kill(self, process: subprocess.Popen[bytes], what: str) -> None:
        process.kill()
        process.wait()
        self.done[what] += 1
        self.revive()
