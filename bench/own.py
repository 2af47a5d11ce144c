"""This project's contestants in this process: a step in a slot, and the whole engine."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bench.contestant import ENGINE, WrongResult
from bench.hello import Source, hello_from, new_name
from bench.task import TaskContestant
from bench.workload import AGAIN, FIRST, HELLO_SOURCE, PYTHON_HELLO, TRUE, Workload
from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Step
from runward.engine import Engine, Event, ExecutionSpec, InputFile
from runward.engine.result import StepResult
from runward.engine.step import StepOrder, run_step
from runward.languages import StepCommand
from runward.sandbox import Read, Sandbox, SlotKind, SupervisorSettings
from runward.settings import load_settings

ENGINE_NOTE = "all layers; source copied in, output captured, usage read"
_KIND = "bench"


def expect(result: StepResult, output: str) -> None:
    """Raise WrongResult unless the step succeeded and printed this."""
    if not result.succeeded or result.stdout.decode() != output:
        raise WrongResult(f"{output!r} was to be printed: {result}")


@contextlib.asynccontextmanager
async def open_sandbox(*, ready_slots: int) -> AsyncIterator[Sandbox]:
    """Start a supervisor with one kind of slot: the host's /usr."""
    reads = tuple(Read(source=path, target=path) for path in ("/usr/bin", "/usr/lib", "/usr/lib64"))
    settings = SupervisorSettings(
        kinds=(SlotKind(name=_KIND, reads=reads),),
        ready_slots=ready_slots,
        allow_missing=load_settings().allow_missing_layers,
    )
    sandbox = Sandbox(settings)
    await sandbox.open()
    try:
        yield sandbox
    finally:
        await sandbox.close()


def slot_contestant(sandbox: Sandbox, *, name: str, note: str) -> TaskContestant:
    """Return `true` as a step of the engine runs it."""
    command = StepCommand(argv=("/usr/bin/true",), environment={}, reads=(), limits=LimitRequest())
    order = StepOrder(step=Step.RUN, kind=_KIND, command=command, environment={}, files=(), limits=Limits())

    async def once() -> None:
        expect((await run_step(sandbox, order, _ignore)).result, "")

    return TaskContestant(name=name, note=note, workload=TRUE, once=once)


def native_contestant(
    engine: Engine, workload: Workload = TRUE, *, name: str = ENGINE, note: str = ENGINE_NOTE, crowd: bool = True
) -> TaskContestant:
    """Return `true` through the whole engine, as the run step of a language of its own (true.toml)."""
    source = Source(name="main.true", text="\n", output="")
    return _same_source(engine, workload, source, language="true", name=name, note=note, crowd=crowd)


def python_contestant(
    engine: Engine,
    workload: Workload = PYTHON_HELLO,
    *,
    name: str = ENGINE,
    note: str = ENGINE_NOTE,
    crowd: bool = True,
) -> TaskContestant:
    """Return Python hello through the engine."""
    source = Source(name="main.py", text=HELLO_SOURCE, output="hello\n")
    return _same_source(engine, workload, source, language="python", name=name, note=note, crowd=crowd)


def interpreted_contestant(engine: Engine, workload: Workload, language: str) -> TaskContestant:
    """Return the hello of a language that has no compile step."""
    source = hello_from(engine.registry.get(language), "bench")
    return _same_source(engine, workload, source, language=language)


def first_contestant(engine: Engine, language: str) -> TaskContestant:
    """Return a hello that no cache has seen, another in every run."""
    known = engine.registry.get(language)

    async def once() -> None:
        await _run(engine, language, hello_from(known, new_name()))

    return TaskContestant(name=ENGINE, note=ENGINE_NOTE, workload=FIRST[language], once=once)


def again_contestant(engine: Engine, language: str) -> TaskContestant:
    """Return a hello that is the same in every run."""
    return _same_source(engine, AGAIN[language], hello_from(engine.registry.get(language), "bench"), language=language)


def _same_source(
    engine: Engine,
    workload: Workload,
    source: Source,
    *,
    language: str,
    name: str = ENGINE,
    note: str = ENGINE_NOTE,
    crowd: bool = False,
) -> TaskContestant:
    async def once() -> None:
        await _run(engine, language, source)

    return TaskContestant(name=name, note=note, workload=workload, once=once, crowd=crowd)


async def _run(engine: Engine, language: str, source: Source) -> None:
    file = InputFile(path=source.name, content=source.text.encode())
    expect((await engine.run(ExecutionSpec(language=language, files=(file,)))).last, source.output)


def _ignore(event: Event) -> None:
    """Take an event nobody listens to."""
