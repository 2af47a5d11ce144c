"""In which order things are run: round and round, a few runs of each, for a bounded time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.contestant import Contestant
from bench.sample import Row
from bench.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is run; ``batches`` are the runs of a contestant in one round."""

    rounds: int
    batches: dict[Workload, int]
    latency_seconds: float
    clients: tuple[int, ...]
    window_rounds: int
    window_seconds: float


FULL = Plan(
    rounds=80,
    batches={Workload.TRUE: 5, Workload.PYTHON: 2},
    latency_seconds=60,
    clients=(1, 2, 4),
    window_rounds=2,
    window_seconds=0.6,
)
QUICK = Plan(
    rounds=4,
    batches={Workload.TRUE: 4, Workload.PYTHON: 2},
    latency_seconds=8,
    clients=(1, 2, 4),
    window_rounds=1,
    window_seconds=0.1,
)


async def measure(contestants: Sequence[Contestant], plan: Plan, *, say: Callable[[str], None]) -> list[Row]:
    """Run the plan; each round in an order of its own, so that nobody always follows the same neighbour."""
    rows = {id(each): Row(name=each.name, workload=each.workload, note=each.note) for each in contestants}
    chance = random.Random(1)
    for each in contestants:
        await each.run(3)  # the first runs fill caches and pools, and are not told
    ended = time.monotonic() + plan.latency_seconds
    for number in range(1, plan.rounds + 1):
        for each in chance.sample(list(contestants), len(contestants)):
            rows[id(each)].rounds.append(await each.run(plan.batches[each.workload]))
        say(f"latency: round {number} of at most {plan.rounds}")
        if time.monotonic() > ended:
            break
    for number in range(1, plan.window_rounds + 1):
        for clients in plan.clients[1:]:
            for each in chance.sample(list(contestants), len(contestants)):
                runs, seconds = await each.run_for(clients, plan.window_seconds)
                rows[id(each)].add_window(clients, runs=runs, seconds=seconds)
        say(f"several clients: round {number} of {plan.window_rounds}")
    return list(rows.values())
