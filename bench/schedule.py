"""In which order things are run: round and round, a few runs of each, for a bounded time."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import assert_never

from bench.contestant import Absent, Contestant, WrongResult
from bench.sample import Group, Row
from bench.workload import Clients
from runward.domain.errors import RunwardError

_WARM_UP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is run.  Windows are of ``few`` clients for everybody, of ``many`` for those that take a crowd.

    Where ``compile_window_seconds`` is zero, workloads that are not in every round have no windows at all.
    """

    rounds: int
    latency_seconds: float
    few: tuple[int, ...]
    many: tuple[int, ...]
    window_rounds: int
    window_seconds: float
    compile_window_seconds: float

    def clients(self, contestant: Contestant) -> tuple[int, ...]:
        """Return how many clients at once a contestant is tried with."""
        workload = contestant.workload
        if workload.every > 1 and not self.compile_window_seconds:
            return ()
        match workload.clients:
            case Clients.FEW:
                return self.many if contestant.crowd else self.few
            case Clients.PROCESSORS:
                return (len(os.sched_getaffinity(0)),)
            case Clients.NONE:
                return ()
            case _:
                assert_never(workload.clients)

    def seconds(self, contestant: Contestant, clients: int) -> float:
        """Return how long a window is: longer where many clients wait for each other."""
        if contestant.workload.clients is Clients.PROCESSORS:
            return self.compile_window_seconds
        return self.window_seconds * (2 if clients > 8 else 1)


FULL = Plan(
    rounds=80,
    latency_seconds=300,
    few=(1, 2, 4),
    many=(1, 2, 4, 8, 16, 32, 64),
    window_rounds=3,
    window_seconds=0.4,
    compile_window_seconds=1.5,
)
QUICK = Plan(
    rounds=4,
    latency_seconds=25,
    few=(1, 2),
    many=(1, 2, 8),
    window_rounds=1,
    window_seconds=0.1,
    compile_window_seconds=0,
)


async def measure(contestants: Sequence[Contestant], plan: Plan, *, say: Callable[[str], None]) -> Measured:
    """Run the plan; each round in an order of its own, so that nobody always follows the same neighbour."""
    return await _Measurement(contestants, plan, say).measure()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found, by workload, and who had to be left out because a run of theirs went wrong."""

    groups: Sequence[Group]
    absent: Sequence[Absent]


class _Measurement:
    def __init__(self, contestants: Sequence[Contestant], plan: Plan, say: Callable[[str], None]) -> None:
        self._plan, self._say = plan, say
        self._chance = random.Random(1)
        self._groups = {each.workload.name: Group(workload=each.workload) for each in contestants}
        self._entries = [(each, self._groups[each.workload.name].add(each)) for each in contestants]
        self._absent: list[Absent] = []

    async def measure(self) -> Measured:
        self._say(f"warming up: {len(self._entries)} contestants")
        await self._warm_up()
        await self._measure_latency()
        await self._measure_crowds()
        return Measured(groups=[group for group in self._groups.values() if group.rows], absent=self._absent)

    async def _warm_up(self) -> None:
        """Fill caches and pools; these runs are not told."""
        for contestant, row in tuple(self._entries):
            with self._leaving_out(contestant, row):
                await contestant.run(1 if contestant.workload.every > 1 else _WARM_UP)

    async def _measure_latency(self) -> None:
        ended = time.monotonic() + self._plan.latency_seconds
        for number in range(self._plan.rounds if self._entries else 0):
            chosen = [entry for entry in self._entries if number % entry[0].workload.every == 0]
            for contestant, row in self._chance.sample(chosen, len(chosen)):
                with self._leaving_out(contestant, row):
                    row.rounds[number] = await contestant.run(contestant.workload.batch)
            self._say(f"one client: round {number + 1} of at most {self._plan.rounds}")
            if time.monotonic() > ended:
                break

    async def _measure_crowds(self) -> None:
        for number in range(self._plan.window_rounds if self._entries else 0):
            turns = [
                (contestant, row, clients)
                for contestant, row in self._entries
                if number == 0 or contestant.workload.every == 1
                for clients in self._plan.clients(contestant)
            ]
            for contestant, row, clients in self._chance.sample(turns, len(turns)):
                if (contestant, row) in self._entries:
                    with self._leaving_out(contestant, row):
                        row.windows.append(await contestant.run_for(clients, self._plan.seconds(contestant, clients)))
            self._say(f"several clients: round {number + 1} of {self._plan.window_rounds}")

    @contextmanager
    def _leaving_out(self, contestant: Contestant, row: Row) -> Iterator[None]:
        """Leave out a contestant one of whose runs goes wrong: that must not cost the others' numbers."""
        try:
            yield
        except (WrongResult, RunwardError) as error:
            name = f"{contestant.name}, {contestant.workload.name}"
            self._say(f"left out: {name}: {error}")
            self._absent.append(Absent(name=name, reason=f"a run went wrong: {error}"))
            self._entries.remove((contestant, row))
            self._groups[contestant.workload.name].rows.remove(row)
