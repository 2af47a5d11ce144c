"""An execution while it runs: live output, input as it comes, cancelling, a listener that fails."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runward.domain.outcome import Outcome, Step
from runward.engine import Engine, Event, ExecutionResult, Output, StepEnded, StepStarted
from tests.engine.conftest import c, python

# Says that it runs, then waits for its input to end.
SAY_AND_WAIT = "import sys\nprint('ready', flush=True)\nprint(sys.stdin.read())"


class Conversation:
    """Input that is sent when the program has said something; what it said is kept."""

    def __init__(self, *answers: bytes) -> None:
        self.events: list[Event] = []
        self.spoken = asyncio.Event()
        self._answers = answers

    def listen(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Output):
            self.spoken.set()

    async def input(self) -> AsyncIterator[bytes]:
        for answer in self._answers:
            await self.spoken.wait()
            self.spoken.clear()
            yield answer

    async def endless_input(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""


async def test_output_arrives_while_the_program_still_runs(engine: Engine) -> None:
    talk = Conversation(b"first\n", b"second\n")
    source = "import sys\nfor _ in range(2):\n print('say something', flush=True)\n print('heard', input(), flush=True)"

    async with asyncio.timeout(30):  # the program waits for what we only say once we have heard it
        result = await engine.run(python(source, stdin=talk.input()), on_event=talk.listen)

    assert result.run is not None
    assert result.run.stdout == b"say something\nheard first\nsay something\nheard second\n"


async def test_events_come_in_order_and_hold_all_of_the_output(engine: Engine) -> None:
    talk = Conversation()
    source = '#include <stdio.h>\nint main(void) { puts("out"); fputs("err", stderr); return 4; }'

    result = await engine.run(c(source), on_event=talk.listen)

    outputs = [event for event in talk.events if isinstance(event, Output)]
    others = [event for event in talk.events if not isinstance(event, Output)]
    assert result.compile is not None
    assert result.run is not None
    assert others == [
        StepStarted(step=Step.COMPILE),
        StepEnded(result=result.compile),
        StepStarted(step=Step.RUN),
        StepEnded(result=result.run),
    ]
    assert sorted((output.step, output.stream, output.data) for output in outputs) == [
        (Step.RUN, "stderr", b"err"),
        (Step.RUN, "stdout", b"out\n"),
    ]


async def test_output_past_the_limit_is_no_event(engine: Engine) -> None:
    talk = Conversation()

    result = await engine.run(python("while True: print('x' * 999)"), on_event=talk.listen)

    told = b"".join(event.data for event in talk.events if isinstance(event, Output))
    assert result.run is not None
    assert result.run.stdout == told
    assert result.outcome is Outcome.OUTPUT_LIMIT


async def test_cancelling_kills_the_program(engine: Engine) -> None:
    talk, marker = Conversation(), uuid.uuid4().hex
    # With a variable that Python reads at its start it is executed, and the kernel shows the program's command line.
    cold = {"PYTHONUNBUFFERED": "1"}
    spec = python(SAY_AND_WAIT, arguments=(marker,), environment=cold, stdin=talk.endless_input())
    task = asyncio.create_task(engine.run(spec, on_event=talk.listen))
    await talk.spoken.wait()
    descriptor = os.pidfd_open(find_process(marker))

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10):
        await process_end(descriptor)
    assert (await engine.run(python("print(1)"))).outcome is Outcome.EXITED


async def test_cancelling_the_compile_step_kills_the_compiler(engine: Engine) -> None:
    marker = f"marker-{uuid.uuid4().hex}.c"
    started = asyncio.Event()
    spec = c("#include </dev/zero>\n", compiler_flags=(f"-I/{marker}",))
    task = asyncio.create_task(engine.run(spec, on_event=lambda _: started.set()))
    await started.wait()
    while (compiler := try_find_process(marker)) is None and not task.done():
        await engine.run(python(""))  # something to do until the compiler has been started
    assert compiler is not None
    descriptor = os.pidfd_open(compiler)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10):
        await process_end(descriptor)


@pytest.mark.parametrize("kind", [StepStarted, Output, StepEnded])
async def test_a_listener_that_fails_ends_the_run_with_its_own_error(engine: Engine, kind: type) -> None:
    class ListenerError(Exception):
        pass

    def listen(event: Event) -> None:
        if isinstance(event, kind):
            raise ListenerError

    source = "open('file.txt', 'w').write('x')\nprint('x', flush=True)\nimport sys; sys.stdin.read()"
    before = descriptors()
    stdin: AsyncIterator[bytes] | bytes = Conversation().endless_input() if kind is Output else b""

    with pytest.raises(ListenerError):
        await engine.run(python(source, artifacts=("*.txt",), stdin=stdin), on_event=listen)

    assert descriptors() == before


async def test_input_that_fails_is_told_to_whoever_sent_it(engine: Engine) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    before = descriptors()

    with pytest.raises(ConnectionResetError):
        await engine.run(python("import sys; sys.stdin.read()", stdin=broken()))

    assert descriptors() == before


async def test_runs_beside_one_another_do_not_mix(engine: Engine) -> None:
    async def echo(number: int) -> ExecutionResult:
        return await engine.run(python("print(input())", stdin=f"{number}".encode()))

    results = await asyncio.gather(*(echo(number) for number in range(12)))

    assert [result.last.stdout for result in results] == [f"{number}\n".encode() for number in range(12)]


def find_process(marker: str) -> int:
    found = try_find_process(marker)
    assert found is not None, "the program runs, for it has spoken"
    return found


def try_find_process(marker: str) -> int | None:
    """Return the process that has the marker on its command line."""
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and marker.encode() in (folder / "cmdline").read_bytes():
                return int(folder.name)
        except OSError:
            continue  # it has ended meanwhile
    return None


async def process_end(descriptor: int) -> None:
    """Wait until the process of a pidfd has ended, and close that."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def descriptors() -> int:
    """Return how many descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))
