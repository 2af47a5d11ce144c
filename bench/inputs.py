"""One C++ program and many inputs: what a judge does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import ENGINE, Role, WrongResult
from bench.crew import Crew
from bench.hello import Source
from bench.own import expect
from bench.task import TaskContestant
from bench.toolchain import Toolchain
from bench.workload import FEW_STEPS, INPUTS, MANY_STEPS, Workload
from runward.engine import Engine, ExecutionSpec, InputFile, RunInput

_PRIME, _FACTOR, _ADDED = 2_147_483_647, 48_271, 11
# A recurrence that no compiler shortens, while its result is a formula (of_input); a step takes about 3 ns.
_SOURCE = f"""
#include <cstdint>
#include <iostream>

int main() {{
    std::uint64_t number, steps;
    std::cin >> number >> steps;
    while (steps--) number = (number * {_FACTOR} + {_ADDED}) % {_PRIME};
    std::cout << number << "\\n";
}}
"""
STEPS = {FEW_STEPS: 1, MANY_STEPS: 6_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What the program reads, and what it must print."""

    stdin: str
    output: str


def inputs_for(workload: Workload) -> list[Input]:
    """Return the inputs of a workload, each with a result of its own."""
    return [of_input(number, STEPS[workload]) for number in range(1, INPUTS + 1)]


def of_input(number: int, steps: int) -> Input:
    """Return an input and its result, by the formula of the recurrence."""
    power = pow(_FACTOR, steps, _PRIME)
    added = _ADDED * (power - 1) * pow(_FACTOR - 1, -1, _PRIME)
    return Input(stdin=f"{number} {steps}\n", output=f"{(power * number + added) % _PRIME}\n")


def program() -> Source:
    """Return the program."""
    return Source(name="main.cpp", text=_SOURCE, output="")


def engine_contestant(engine: Engine, workload: Workload) -> TaskContestant:
    """Return the program through the engine, compiled once and run on every input."""
    source, wanted = program(), inputs_for(workload)
    file = InputFile(path=source.name, content=source.text.encode())
    spec = ExecutionSpec(language="cpp", files=(file,))
    given = [RunInput(stdin=each.stdin.encode()) for each in wanted]

    async def once() -> None:
        left = len(given)
        async with engine.run_many(spec, given) as batch:
            async for result in batch:
                expect(result.execution.last, wanted[result.index].output)
                left -= 1
        if left:
            raise WrongResult(f"{left} of {len(given)} inputs have no result")

    note = "Engine.run_many, as many at once as it does by itself; each input in a slot of its own, compiled before"
    return TaskContestant(name=ENGINE, note=note, workload=workload, once=once)


def bare_contestants(crew: Crew, toolchain: Toolchain, workload: Workload) -> list[TaskContestant]:
    """Return the compiled program as bare processes: on all processors, and one after the other."""
    order, folder = toolchain.compiled(program(), workload)
    inputs = []
    for number, each in enumerate(inputs_for(workload)):
        (Path(folder) / f"input-{number}").write_text(each.stdin)
        inputs.append((f"input-{number}", each.output))
    processors = len(os.sched_getaffinity(0))

    def contestant(name: str, note: str, parallel: int) -> TaskContestant:
        orders = [{**order, "inputs": inputs[first::parallel], "count": 1} for first in range(parallel)]

        async def once() -> None:
            await crew.ask(orders)

        return TaskContestant(name=name, note=note, workload=workload, once=once, role=Role.BARE)

    note = f"compiled before; {processors} at once, as many as there are processors"
    all_at_once = contestant("bare program", note, processors)
    if workload is not FEW_STEPS:
        return [all_at_once]
    return [all_at_once, contestant("bare program, in turn", "compiled before; one process after the other", 1)]
