"""In which order things are run: round and round, a few runs of each, for a bounded time."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.contestant import Contestant
from bench.sample import Group, Row

_WARM_UP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is run.  Windows are of ``few`` clients for everybody, of ``many`` for those that take a crowd."""

    rounds: int
    latency_seconds: float
    few: tuple[int, ...]
    many: tuple[int, ...]
    window_rounds: int
    window_seconds: float
    compile_window_seconds: float

    def clients(self, contestant: Contestant) -> tuple[int, ...]:
        """Return how many clients at once a contestant is tried with."""
        if contestant.workload.compiles:
            return (_processors(),) if self.compile_window_seconds else ()
        return self.many if contestant.crowd else self.few

    def seconds(self, contestant: Contestant, clients: int) -> float:
        """Return how long a window is: longer where many clients wait for each other."""
        if contestant.workload.compiles:
            return self.compile_window_seconds
        return self.window_seconds * (2 if clients > 8 else 1)


FULL = Plan(
    rounds=80,
    latency_seconds=330,
    few=(1, 2, 4),
    many=(1, 2, 4, 8, 16, 32, 64),
    window_rounds=3,
    window_seconds=0.5,
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


async def measure(contestants: Sequence[Contestant], plan: Plan, *, say: Callable[[str], None]) -> list[Group]:
    """Run the plan; each round in an order of its own, so that nobody always follows the same neighbour."""
    groups = {each.workload.name: Group(workload=each.workload) for each in contestants}
    entries = [(each, groups[each.workload.name].add(each)) for each in contestants]
    say(f"warming up {len(entries)} contestants")
    for each, _ in entries:
        await each.run(1 if each.workload.compiles else _WARM_UP)  # fills caches and pools, and is not told
    chance = random.Random(1)
    await _measure_latency(entries, plan, chance, say)
    await _measure_crowds(entries, plan, chance, say)
    return list(groups.values())


async def _measure_latency(
    entries: Sequence[tuple[Contestant, Row]], plan: Plan, chance: random.Random, say: Callable[[str], None]
) -> None:
    ended = time.monotonic() + plan.latency_seconds
    for number in range(plan.rounds):
        chosen = [entry for entry in entries if number % entry[0].workload.every == 0]
        for contestant, row in chance.sample(chosen, len(chosen)):
            row.rounds[number] = await contestant.run(contestant.workload.batch)
        say(f"one client: round {number + 1} of at most {plan.rounds}")
        if time.monotonic() > ended:
            break


async def _measure_crowds(
    entries: Sequence[tuple[Contestant, Row]], plan: Plan, chance: random.Random, say: Callable[[str], None]
) -> None:
    for number in range(plan.window_rounds):
        turns = [
            (contestant, row, clients)
            for contestant, row in entries
            if number == 0 or contestant.workload.every == 1
            for clients in plan.clients(contestant)
        ]
        for contestant, row, clients in chance.sample(turns, len(turns)):
            row.windows.append(await contestant.run_for(clients, plan.seconds(contestant, clients)))
        say(f"several clients: round {number + 1} of {plan.window_rounds}")


def _processors() -> int:
    return len(os.sched_getaffinity(0))
