"""Time limits count what a program computes, not how busy the machine is: the same program always gets the same verdict."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome
from runward.engine import Engine, Event, ExecutionSpec, Output, StepResult
from tests.engine.conftest import c, python
from tests.engine.killer import Killer

REPEATS = int(os.environ.get("RUNWARD_TEST_TIME_REPEATS", "500"))
LIMIT = timedelta(seconds=0.2)
LESS, MORE = 0.8 * LIMIT.total_seconds(), 1.2 * LIMIT.total_seconds()
CLIENTS = 4
# It ends by itself, should we be killed and not end it.
BUSY = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (600, 600))\nwhile True: pass"


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """More processes that only compute than there are processors."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range((os.cpu_count() or 1) + 2)]
    yield
    for process in processes:
        process.kill()
        process.wait()


def burn_python(seconds: float) -> ExecutionSpec:
    """Return a program that computes for so long by its own clock, and then says what that shows."""
    source = f"import time\nwhile time.process_time() < {seconds}: pass\nprint(time.process_time())"
    return python(source, limits=LimitRequest(cpu_time=LIMIT))


def burn_c(seconds: float) -> ExecutionSpec:
    source = (
        "#include <stdio.h>\n#include <time.h>\n"
        f"int main(void) {{ while (clock() < {seconds} * CLOCKS_PER_SEC);"
        ' printf("%f\\n", (double)clock() / CLOCKS_PER_SEC); }'
    )
    return c(source, limits=LimitRequest(cpu_time=LIMIT))


def was_stalled(result: StepResult) -> bool:
    """Tell whether the program's own clock jumped while it looked at it: then it did not use what it was meant to.

    So it is in a virtual machine that is stopped for a moment and not told: the kernel counts that as computing.
    """
    return bool(result.stdout) and float(result.stdout) > 0.9 * LIMIT.total_seconds()


def verdicts(results: list[StepResult]) -> Counter[Outcome]:
    """Return how many programs ended in each way, of those that the machine let be."""
    sound = [result for result in results if not was_stalled(result)]
    assert len(sound) >= 0.98 * len(results), "this machine's clocks are of no use for the test"
    return Counter(result.outcome for result in sound)


async def repeat(engine: Engine, spec: ExecutionSpec, times: int) -> list[StepResult]:
    """Return the results of running the same program so often, some at a time."""
    numbers, results = iter(range(times)), list[StepResult]()

    async def client() -> None:
        for _ in numbers:
            results.append((await engine.run(spec)).last)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return results


def report(what: str, results: list[StepResult]) -> None:
    """Tell how far the measured times of one program lie apart; pytest shows it with -s."""
    cpu = sorted(result.usage.cpu_time.total_seconds() * 1000 for result in results)
    wall = sorted(result.usage.wall_time.total_seconds() * 1000 for result in results)
    for name, times in (("cpu", cpu), ("wall", wall)):
        tail = times[int(len(times) * 0.99)]
        print(
            f"\n{what}, {len(times)} runs, {name} ms: least {times[0]:.1f}, median {statistics.median(times):.1f}, "
            f"p99 {tail:.1f}, most {times[-1]:.1f}, deviation {statistics.pstdev(times):.2f}",
            end="",
        )


async def test_a_program_within_its_limit_is_never_ended_on_an_idle_machine(engine: Engine) -> None:
    for name, spec in (("python", burn_python(LESS)), ("c", burn_c(LESS))):
        results = await repeat(engine, spec, 60)
        report(f"idle, {name}", results)
        assert set(verdicts(results)) == {Outcome.EXITED}


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize(
    ("spec", "times"), [(burn_python(LESS), REPEATS), (burn_c(LESS), REPEATS // 10)], ids=["python", "c"]
)
async def test_a_program_at_four_fifths_of_its_limit_is_never_ended_on_a_busy_machine(
    engine: Engine, spec: ExecutionSpec, times: int
) -> None:
    results = await repeat(engine, spec, times)

    report(f"busy, {spec.language}", results)
    assert set(verdicts(results)) == {Outcome.EXITED}


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("spec", [burn_python(MORE), burn_c(MORE)], ids=["python", "c"])
async def test_a_program_at_six_fifths_of_its_limit_is_always_ended_on_a_busy_machine(
    engine: Engine, spec: ExecutionSpec
) -> None:
    results = await repeat(engine, spec, REPEATS // 10)

    report(f"busy, over, {spec.language}", results)
    assert {result.outcome for result in results} == {Outcome.CPU_TIME_LIMIT}


async def test_a_supervisor_that_got_no_processor_ends_no_program_that_was_in_time(engine: Engine) -> None:
    spoken, stopped = asyncio.Event(), asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Output):
            spoken.set()

    async def line() -> AsyncIterator[bytes]:
        await stopped.wait()
        yield b"\n"

    limits = LimitRequest(cpu_time=LIMIT, wall_time=timedelta(seconds=1))
    spec = python("print('up', flush=True)\ninput()", limits=limits, stdin=line())
    task = asyncio.create_task(engine.run(spec, on_event=listen))
    await spoken.wait()
    supervisor = Killer(engine=engine, seed=0).look()["supervisor"][0]

    os.kill(supervisor, signal.SIGSTOP)
    stopped.set()
    # Its deadline must pass while it can do nothing: that is the whole case.
    await asyncio.sleep(1.5)
    os.kill(supervisor, signal.SIGCONT)

    result = await task
    assert (result.outcome, result.last.stdout) == (Outcome.EXITED, b"up\n")
