"""One program, many inputs: compiled once, each run in a slot of its own, results as they come, an end at any time."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from runward.domain.errors import LimitTooHigh, RequestError, ShuttingDown
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.engine import Engine, Event, InputFile, Output, RunInput, RunResult, StepEnded, StepStarted
from runward.languages import Registry
from runward.settings import Settings, load_settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.test_running import descriptors, find_process, process_end
from tests.sandbox.conftest import list_descendants

# Reads numbers; prints their sum; fails at a negative one; waits for the end of its input.
SUM = c(
    '#include <stdio.h>\nint main(void) { long sum = 0, x; while (scanf("%ld", &x) == 1) sum += x; '
    'printf("%ld\\n", sum); return sum < 0; }'
)
BIG = c("char big[300000] = {1};\nint main(void) { return big[0] - 1; }")
WAIT = "import sys\nprint('up', flush=True)\nprint(sys.stdin.read())"


def numbers(count: int) -> Iterator[RunInput]:
    return (RunInput(stdin=b"%d" % number) for number in range(count))


def printed(results: list[RunResult]) -> dict[int, bytes]:
    return {result.index: result.execution.last.stdout for result in results}


async def silence() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


class Heard:
    """The events of a batch, and how many runs were under way at most."""

    def __init__(self) -> None:
        self.events: list[tuple[int | None, Event]] = []
        self.output = asyncio.Event()
        self.most = self._now = 0

    def listen(self, index: int | None, event: Event) -> None:
        self.events.append((index, event))
        if isinstance(event, Output):
            self.output.set()
        if index is not None:
            self._now += isinstance(event, StepStarted) - isinstance(event, StepEnded)
            self.most = max(self.most, self._now)


@pytest.fixture
async def own(settings: Settings, registry: Registry) -> AsyncIterator[Engine]:
    """An engine for one test, which may break it."""
    async with open_engine(settings, languages=["python", "c"], registry=registry) as engine:
        yield engine


async def test_it_is_compiled_once_and_every_input_gets_its_own_answer(engine: Engine) -> None:
    heard = Heard()

    async with engine.run_many(SUM, numbers(30), on_event=heard.listen) as batch:
        assert batch.compile is not None
        results = [result async for result in batch]

    assert printed(results) == {number: b"%d\n" % number for number in range(30)}
    assert all(result.succeeded and result.execution.compile == batch.compile for result in results)
    compiled = [index for index, event in heard.events if event == StepStarted(step=Step.COMPILE)]
    assert compiled == [None]
    assert {index for index, event in heard.events if isinstance(event, StepEnded)} == {None, *range(30)}


async def test_each_input_brings_what_it_needs_and_the_program_the_rest(engine: Engine) -> None:
    source = (
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['A'], os.environ['B'], sorted(os.listdir()), sys.stdin.read())\n"
        "open('out.txt', 'w').write('x'); open('out.csv', 'w').write('y')"
    )
    program = python(source, arguments=("usual",), environment={"A": "1", "B": "2"}, artifacts=("*.txt",))
    inputs = [
        RunInput(),
        RunInput(
            stdin=b"in",
            arguments=(),
            environment={"B": "3"},
            files=(InputFile(path="data", content=b""),),
            artifacts=("*.csv",),
        ),
    ]

    async with engine.run_many(program, inputs, parallel=1) as batch:
        first, second = [result.execution async for result in batch]

    assert first.last.stdout == b"['usual'] 1 2 ['main.py'] \n"
    assert second.last.stdout == b"[] 1 3 ['data', 'main.py'] in\n"
    assert [[file.path for file in each.artifacts] for each in (first, second)] == [["out.txt"], ["out.csv"]]


async def test_each_input_has_its_own_limits_and_no_failure_touches_another(engine: Engine) -> None:
    source = "import sys\nwhat = input()\nexec(what)"
    short = LimitRequest(cpu_time=timedelta(seconds=0.2))
    inputs = [
        RunInput(stdin=b"print('fine')"),
        RunInput(stdin=b"while True: pass", limits=short),
        RunInput(stdin=b"import os; os.abort()"),
        RunInput(stdin=b"x = bytearray(1 << 30)"),
        RunInput(stdin=b"while True: print('x' * 999)", limits=LimitRequest(output_bytes=10)),
        RunInput(stdin=b"sys.exit(3)"),
        RunInput(stdin=b"print('fine')"),
    ]

    async with engine.run_many(python(source), inputs) as batch:
        ends = {result.index: result.execution.last async for result in batch}

    assert [ends[index].outcome for index in range(7)] == [
        *(Outcome.EXITED, Outcome.CPU_TIME_LIMIT, Outcome.SIGNALED, Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT),
        *(Outcome.EXITED, Outcome.EXITED),
    ]
    assert (ends[0].stdout, ends[6].stdout, ends[5].exit_code) == (b"fine\n", b"fine\n", 3)


async def test_results_come_as_the_runs_end(engine: Engine) -> None:
    second_is_here = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        await second_is_here.wait()
        yield b"1"

    order = []
    async with engine.run_many(SUM, [RunInput(stdin=late()), RunInput(stdin=b"2")], parallel=2) as batch:
        async for result in batch:
            order.append(result.index)
            second_is_here.set()

    assert order == [1, 0]


@pytest.mark.parametrize(("parallel", "most"), [(1, 1), (3, 3), (9, 4), (None, 2)])
async def test_no_more_run_at_once_than_asked_for_or_there_are_places(
    registry: Registry, parallel: int | None, most: int
) -> None:
    settings, heard = load_settings(MAX_CONCURRENT_EXECUTIONS=4, RUNWARD_COMPILE_CACHE_MB=0), Heard()

    async with (
        open_engine(settings, languages=["c"], registry=registry) as engine,
        engine.run_many(SUM, numbers(12), parallel=parallel, on_event=heard.listen) as batch,
    ):
        assert len([result async for result in batch]) == 12

    assert heard.most == most


async def test_inputs_are_made_when_they_are_wanted(engine: Engine) -> None:
    made = []

    def inputs() -> Iterator[RunInput]:
        for number in range(1_000_000):
            made.append(number)
            yield RunInput(stdin=b"1")

    async with engine.run_many(SUM, inputs(), parallel=2) as batch:
        await anext(batch)
        await anext(batch)

    assert len(made) <= 5


async def test_the_first_result_that_says_so_stops_it(engine: Engine) -> None:
    marker = uuid.uuid4().hex
    program = python(WAIT + "; sys.exit(1)", environment={"PYTHONUNBUFFERED": "1"})
    waiting = RunInput(stdin=silence(), arguments=(marker,))
    heard, made = Heard(), []

    async def failing() -> AsyncIterator[bytes]:
        await heard.output.wait()  # the other one runs
        made.append(os.pidfd_open(find_process(marker)))
        yield b"fails"

    inputs = [waiting, RunInput(stdin=failing()), *[RunInput()] * 50]
    async with engine.run_many(
        program, inputs, parallel=2, stop_when=lambda result: not result.succeeded, on_event=heard.listen
    ) as batch:
        results = [result async for result in batch]

    assert [result.index for result in results] == [1]
    async with asyncio.timeout(10):
        await process_end(made[0])
    assert {index for index, event in heard.events if isinstance(event, StepStarted)} == {0, 1}


@pytest.mark.parametrize("way", ["break", "error", "cancel"])
async def test_leaving_kills_what_runs(engine: Engine, way: str) -> None:
    marker, heard, before = uuid.uuid4().hex, Heard(), descriptors()
    program = python(WAIT, environment={"PYTHONUNBUFFERED": "1"})

    async def consume() -> None:
        async with engine.run_many(
            program, [RunInput(stdin=silence(), arguments=(marker,))] * 2, on_event=heard.listen
        ) as batch:
            if way == "cancel":
                await anext(batch)
            pending = asyncio.ensure_future(anext(batch))
            await heard.output.wait()
            pending.cancel()
            if way == "error":
                raise ZeroDivisionError

    consumer = asyncio.create_task(consume())
    await heard.output.wait()
    process = os.pidfd_open(find_process(marker))
    if way == "cancel":
        consumer.cancel()
    await asyncio.wait({consumer})

    async with asyncio.timeout(10):
        await process_end(process)
    assert engine.running == 0
    assert descriptors() == before


async def test_a_program_that_does_not_compile_is_not_run(engine: Engine) -> None:
    async with engine.run_many(c("int main(void) { return missing; }"), numbers(3)) as batch:
        results = [result async for result in batch]

    assert results == []
    assert batch.compile is not None
    assert batch.compile.outcome is Outcome.COMPILE_ERROR


REFUSED = {
    "file that climbs": RunInput(files=(InputFile(path="../x", content=b""),)),
    "file of the program": RunInput(files=(InputFile(path="main.c", content=b""),)),
    "argument": RunInput(arguments=("a\0b",)),
    "variable": RunInput(environment={"a=b": ""}),
    "artifact": RunInput(artifacts=("../x",)),
    "limit": RunInput(limits=LimitRequest(processes=1 << 30)),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_an_input_that_cannot_be_given_is_refused_before_anything_runs(engine: Engine, what: str) -> None:
    heard = Heard()

    with pytest.raises(RequestError) as caught:
        async with engine.run_many(SUM, [RunInput(), REFUSED[what]], on_event=heard.listen):
            pass

    assert heard.events == []
    assert "index 1" in caught.value.__notes__[0]


async def test_an_input_that_is_made_late_is_refused_when_it_comes(engine: Engine) -> None:
    with pytest.raises(LimitTooHigh) as caught:
        async with engine.run_many(SUM, iter([RunInput(), REFUSED["limit"]]), parallel=1) as batch:
            assert [result.index async for result in batch] == [0]

    assert "index 1" in caught.value.__notes__[0]
    assert engine.running == 0


async def test_a_file_cannot_take_the_place_of_the_compiled_program(engine: Engine) -> None:
    other = RunInput(files=(InputFile(path="main", content=b"#!/bin/sh\necho other", executable=True),))

    with pytest.raises(RequestError, match="'main'"):
        async with engine.run_many(SUM, [other]) as batch:
            await anext(batch)


async def test_a_run_that_the_sandbox_fails_is_run_again(own: Engine) -> None:
    # Each still has to do when the supervisor is killed, after the first that has ended.
    source = "import sys, time\nprint(sys.stdin.read())\ntime.sleep(int(sys.argv[1]))"
    inputs = [replace(given, arguments=("01"[index > 0],)) for index, given in enumerate(numbers(8))]
    results: list[RunResult] = []

    async with own.run_many(python(source), inputs, parallel=4) as batch:
        async for result in batch:
            results.append(result)
            if len(results) == 1:
                guardian = own._tiers.get(None)._process
                assert guardian is not None
                os.kill(list_descendants(guardian.pid)[0].pid, signal.SIGKILL)

    assert printed(results) == {number: b"%d\n" % number for number in range(8)}
    assert [result.execution.outcome for result in results] == [Outcome.EXITED] * 8


async def test_a_batch_leaves_room_for_others(registry: Registry) -> None:
    settings = load_settings(MAX_CONCURRENT_EXECUTIONS=1, RUNWARD_QUEUE_LIMIT=1, RUNWARD_COMPILE_CACHE_MB=0)
    others: list[asyncio.Task[object]] = []
    results: list[RunResult] = []
    ended_before_others: list[int] = []
    async with (
        open_engine(settings, languages=["c"], registry=registry) as narrow,
        narrow.run_many(SUM, numbers(60), parallel=50) as batch,
    ):
        async for result in batch:
            results.append(result)
            if len(results) in {5, 25}:
                others.append(asyncio.create_task(narrow.run(SUM)))
                others[-1].add_done_callback(lambda _: ended_before_others.append(len(results)))

    assert len(ended_before_others) == 2
    assert ended_before_others[0] < 10
    assert ended_before_others[1] < 30


async def test_a_batch_does_not_fill_the_queue(registry: Registry) -> None:
    settings = load_settings(MAX_CONCURRENT_EXECUTIONS=2, RUNWARD_QUEUE_LIMIT=1, RUNWARD_COMPILE_CACHE_MB=0)
    async with open_engine(settings, languages=["python"], registry=registry) as narrow:
        heard = Heard()
        waiting = [RunInput(stdin=silence())] * 4
        async with (
            narrow.run_many(python(WAIT), waiting, parallel=2, on_event=heard.listen) as first,
            narrow.run_many(python(WAIT), waiting, parallel=2) as second,
        ):
            tasks = [asyncio.ensure_future(anext(batch)) for batch in (first, second)]
            await heard.output.wait()  # both places are taken, and the runs of the second wait for one
            single = asyncio.create_task(narrow.run(python("print(1)")))
            await asyncio.sleep(0)
            assert not single.done()
            for task in tasks:
                task.cancel()

        assert (await single).last.stdout == b"1\n"


async def test_draining_ends_a_batch_with_an_error(own: Engine) -> None:
    heard = Heard()
    async with own.run_many(python(WAIT), [RunInput(stdin=silence())], on_event=heard.listen) as batch:
        pending = asyncio.ensure_future(anext(batch))
        await heard.output.wait()
        await own.drain(timedelta(0))

        with pytest.raises(ShuttingDown):
            await pending


async def test_memory_and_descriptors_are_flat_over_many_inputs(engine: Engine) -> None:
    payload = b"1 " * 50_000
    inputs = (RunInput(stdin=payload, files=(InputFile(path="data", content=bytes(100_000)),)) for _ in range(400))
    seen: list[tuple[int, int]] = []

    async with engine.run_many(BIG, inputs) as batch:
        async for result in batch:
            assert result.succeeded
            if result.index in {100, 399}:
                del result
                gc.collect()
                seen.append((len(gc.get_objects()), memory()))

    (objects, bytes_), (objects_later, bytes_later) = seen
    assert objects_later - objects < 500
    assert bytes_later - bytes_ < 8 << 20


def memory() -> int:
    """Return the private memory of this process."""
    resident, shared = Path("/proc/self/statm").read_text().split()[1:3]
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
