"""Equal programs are compiled once: told by a build id that the linker draws by lot, so that no two compilations agree."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.engine import Engine, Event, ExecutionResult, ExecutionSpec, InputFile, Output, StepEnded, StepStarted
from runward.engine.hello import run_hello
from runward.languages import Registry
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.test_running import descriptors, try_find_process
from tests.sandbox.conftest import list_descendants

LOT = "-Wl,--build-id=uuid"
HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
# Seconds of a compiler's time.
SLOW = '#include <bits/stdc++.h>\n#include <regex>\nint main() { return std::regex_match("a", std::regex("a")) ? 0 : 1; }\n'
LARGE = "char big[200000] = {1};\nint main(void) { return big[0] - 1; }\n"

OpenEngine = Callable[..., AbstractAsyncContextManager[Engine]]


@pytest.fixture
def open_keeping(registry: Registry, tmp_path: Path) -> OpenEngine:
    """Return a function that opens an engine which keeps what it compiles in the test's folder, up to so many MiB."""

    def open_(size: int = 64) -> AbstractAsyncContextManager[Engine]:
        settings = load_settings(RUNWARD_COMPILE_CACHE_MB=size, MAX_CONCURRENT_EXECUTIONS=8)
        return open_engine(settings, languages=["c", "cpp", "java", "python"], registry=registry, cache_dir=tmp_path)

    return open_


@pytest.fixture
async def keeping(open_keeping: OpenEngine) -> AsyncIterator[Engine]:
    """Return an engine that keeps what it compiles."""
    async with open_keeping() as engine:
        yield engine


def lot(source: str = HELLO, **parts: Any) -> ExecutionSpec:
    """Return a C program whose compilations all differ, and that brings its own binary out."""
    return c(source, compiler_flags=(LOT, *parts.pop("flags", ())), artifacts=("main",), **parts)


def slow(marker: str) -> ExecutionSpec:
    """Return a C++ program that takes a while to compile, with the marker on the compiler's command line."""
    file = InputFile(path="main.cpp", content=SLOW.encode())
    return ExecutionSpec(language="cpp", files=(file,), compiler_flags=("-O0", f"-DMARKER_{marker}"))


def binary(result: ExecutionResult) -> bytes:
    """Return the program that ran."""
    assert result.run is not None, result.compile
    assert result.run.succeeded, result.run
    (main,) = result.artifacts
    assert main.content is not None
    return main.content


def cached(result: ExecutionResult) -> bool:
    assert result.compile is not None
    return result.compile.cached


async def test_the_same_program_again_is_not_compiled_again(keeping: Engine) -> None:
    first, second = await keeping.run(lot()), await keeping.run(lot())

    assert (cached(first), cached(second)) == (False, True)
    assert binary(first) == binary(second)
    assert second.run is not None
    assert second.run.stdout == b"hello\n"


async def test_who_wants_it_compiled_anew_gets_that_and_nobody_else_does(keeping: Engine) -> None:
    results = [await keeping.run(spec) for spec in (replace(lot(), compile_anew=True), lot(), lot())]

    assert [cached(result) for result in results] == [False, False, True]


async def test_the_proof_that_a_language_works_is_compiled_each_time(keeping: Engine, tmp_path: Path) -> None:
    await run_hello(keeping, "c")
    await keeping._compiler.close()

    assert entries(tmp_path) == {}


async def test_without_the_cache_every_program_is_compiled(engine: Engine) -> None:
    first, second = await engine.run(lot()), await engine.run(lot())

    assert (cached(first), cached(second)) == (False, False)
    assert binary(first) != binary(second)


async def test_it_is_kept_over_restarts_and_for_every_engine_of_the_user(open_keeping: OpenEngine) -> None:
    async with open_keeping() as one, open_keeping() as other:
        first, second = await one.run(lot()), await other.run(lot())
    async with open_keeping() as later:
        third = await later.run(lot())

    assert binary(first) == binary(second) == binary(third)
    assert cached(third)


async def test_warnings_and_usage_are_those_of_the_first_time_and_events_come_as_ever(keeping: Engine) -> None:
    spec = lot("int main(void) { int unused; return 0; }", flags=("-Wall",))
    events: list[list[Event]] = [[], []]

    first, second = [await keeping.run(spec, on_event=listener.append) for listener in events]

    assert first.compile is not None
    assert b"unused variable" in first.compile.stderr
    assert second.compile == replace(first.compile, cached=True)
    said = [event.data for event in events[1] if isinstance(event, Output) and event.step is Step.COMPILE]
    others = [event for event in events[1] if not isinstance(event, Output)]
    assert said == [first.compile.stderr]
    assert others[:2] == [StepStarted(step=Step.COMPILE), StepEnded(result=second.compile)]


async def test_a_listener_that_fails_keeps_nothing_open(keeping: Engine) -> None:
    class ListenerError(Exception):
        pass

    def listen(_: Event) -> None:
        raise ListenerError

    spec = lot(LARGE)
    await keeping.run(spec)
    before = descriptors()

    with pytest.raises(ListenerError):
        await keeping.run(spec, on_event=listen)

    assert descriptors() == before


def with_file(path: str, content: bytes = b"", **parts: Any) -> ExecutionSpec:
    spec = lot(**parts)
    return replace(spec, files=(*spec.files, InputFile(path=path, content=content)))


OTHERS = {
    "source": lot(HELLO + "\n"),
    "another file": with_file("a.h"),
    "flag": lot(flags=("-O1",)),
    "limit of the compile step": lot(compile_limits=LimitRequest(memory_bytes=900 * MIB)),
    "language": replace(lot(), language="cpp", files=(InputFile(path="main.cpp", content=HELLO.encode()),)),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_another_program_is_compiled_for_itself(keeping: Engine, what: str) -> None:
    await keeping.run(lot())

    assert not cached(await keeping.run(OTHERS[what]))


async def test_options_that_the_compiler_reads_from_a_file_are_part_of_the_program(keeping: Engine) -> None:
    source = "int main(void) { return RESULT; }"

    ends = [await keeping.run(with_file("o", b"-DRESULT=%d" % end, source=source, flags=("@o",))) for end in (3, 4)]

    assert [result.last.exit_code for result in ends] == [3, 4]


async def test_what_the_run_alone_is_given_makes_no_other_program(keeping: Engine) -> None:
    await keeping.run(lot())
    again = lot(arguments=("x",), environment={"A": "b"}, stdin=b"in", limits=LimitRequest(processes=5))

    assert cached(await keeping.run(again))


@pytest.mark.parametrize(
    ("spec", "outcome"),
    [
        (c("int main(void) { return missing; }"), Outcome.COMPILE_ERROR),
        (lot(compile_limits=LimitRequest(cpu_time=timedelta(seconds=0.005))), Outcome.CPU_TIME_LIMIT),
        (lot(compile_limits=LimitRequest(output_bytes=1), flags=("-Wl,-t",)), Outcome.OUTPUT_LIMIT),
    ],
    ids=["error", "time", "output"],
)
async def test_a_compile_step_that_fails_is_not_kept(keeping: Engine, spec: ExecutionSpec, outcome: Outcome) -> None:
    results = [await keeping.run(spec) for _ in range(2)]

    assert [(result.outcome, cached(result)) for result in results] == [(outcome, False)] * 2


async def start_together(engine: Engine, spec: ExecutionSpec, count: int) -> list[asyncio.Task[ExecutionResult]]:
    """Return executions of which the first compiles, and the others have come while it does."""
    compiling = asyncio.Event()
    first = asyncio.create_task(engine.run(spec, on_event=lambda _: compiling.set()))
    await compiling.wait()
    others = [asyncio.create_task(engine.run(spec)) for _ in range(count - 1)]
    # An execution that has its place goes on at once up to where it waits.
    while engine.running < count:  # noqa: ASYNC110  (there is no event for that)
        await asyncio.sleep(0)
    return [first, *others]


@pytest.mark.parametrize("size", [64, 0], ids=["with the cache", "without"])
async def test_equal_programs_at_the_same_time_are_compiled_once(open_keeping: OpenEngine, size: int) -> None:
    async with open_keeping(size) as engine:
        results = await asyncio.gather(*await start_together(engine, lot(LARGE), 4))

    assert [cached(result) for result in results] == [False, True, True, True]
    assert len({binary(result) for result in results}) == 1


async def test_when_who_compiles_is_cancelled_another_takes_over(keeping: Engine) -> None:
    first, *others = await start_together(keeping, lot(LARGE), 4)

    first.cancel()

    results = await asyncio.gather(*others)
    assert first.cancelled()
    assert sorted(cached(result) for result in results) == [False, True, True]
    assert len({binary(result) for result in results}) == 1


async def test_when_the_sandbox_fails_who_compiles_it_is_compiled_again_for_all(keeping: Engine) -> None:
    marker = uuid.uuid4().hex
    tasks = await start_together(keeping, slow(marker), 4)
    while try_find_process(marker) is None:
        await keeping.run(python(""))  # something to do until the compiler has been started
    guardian = keeping._tiers.get(None)._process
    assert guardian is not None

    os.kill(list_descendants(guardian.pid)[0].pid, signal.SIGKILL)

    results = await asyncio.gather(*tasks)
    assert all(result.last.succeeded for result in results)
    assert sorted(cached(result) for result in results) == [False, True, True, True]


async def test_one_who_waits_and_is_cancelled_takes_nothing_from_the_others(keeping: Engine) -> None:
    before = descriptors()
    first, second, third = await start_together(keeping, lot(LARGE), 3)

    second.cancel()

    assert binary(await first) == binary(await third)
    await keeping._compiler.close()
    assert descriptors() == before


async def test_an_error_of_the_program_is_told_to_all_who_sent_it_at_the_same_time(keeping: Engine) -> None:
    wrong = lot("#include <stdio.h>\nint main(void) { missing; }")

    results = await asyncio.gather(*await start_together(keeping, wrong, 3))

    assert [result.outcome for result in results] == [Outcome.COMPILE_ERROR] * 3
    assert [cached(result) for result in results] == [False, True, True]


async def test_a_limit_that_ends_one_compile_step_ends_no_other(keeping: Engine) -> None:
    spec = lot(compile_limits=LimitRequest(cpu_time=timedelta(seconds=0.005)))

    results = await asyncio.gather(*await start_together(keeping, spec, 3))

    assert [(result.outcome, cached(result)) for result in results] == [(Outcome.CPU_TIME_LIMIT, False)] * 3


async def test_many_outputs_and_odd_names_are_kept(keeping: Engine) -> None:
    classes = "".join(f"class Größe{number} {{ int value() {{ return {number}; }} }}\n" for number in range(250))
    source = f"{classes}public class Main {{ public static void main(String[] a) {{ System.out.print(new Größe7().value()); }} }}"
    spec = ExecutionSpec(language="java", files=(InputFile(path="Main.java", content=source.encode()),))

    results = [await keeping.run(spec) for _ in range(2)]

    assert [(cached(result), result.last.stdout) for result in results] == [(False, b"7"), (True, b"7")]


async def test_a_program_of_many_large_files_is_shared_with_nobody(keeping: Engine) -> None:
    # Descriptors are what it would take, and the others need theirs.
    text = "x" * 60_000
    classes = "".join(f'class Big{n} {{ String a = "{n}{text}", b = "{text}{n}"; }}\n' for n in range(70))
    source = f"{classes}public class Main {{ public static void main(String[] a) {{ System.out.print(new Big7().a.length()); }} }}"
    spec = ExecutionSpec(language="java", files=(InputFile(path="Main.java", content=source.encode()),))

    results = [await keeping.run(spec) for _ in range(2)]

    assert [(cached(result), result.last.stdout) for result in results] == [(False, b"60001")] * 2


async def test_a_large_output_is_kept_and_leaves_no_descriptor(keeping: Engine) -> None:
    first = await keeping.run(lot(LARGE))
    before = descriptors()

    results = [await keeping.run(lot(LARGE)) for _ in range(5)]

    assert [binary(result) == binary(first) for result in results] == [True] * 5
    assert descriptors() == before


def entries(place: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file() and path.name[0] != "."}


async def test_a_program_that_was_damaged_on_the_disk_is_compiled_anew(keeping: Engine, tmp_path: Path) -> None:
    first = await keeping.run(lot(LARGE))
    await keeping._compiler.close()
    (large,) = [path for path in entries(tmp_path) if "." in path.name]
    os.truncate(large, 150_000)

    again = await keeping.run(lot(LARGE))

    assert not cached(again)
    assert binary(again) != binary(first)


async def test_a_program_cannot_change_what_is_kept_of_it(keeping: Engine, tmp_path: Path) -> None:
    # It removes itself, and leaves another program in its place.
    vandal = (
        '#include <stdio.h>\n#include <unistd.h>\nint main(void) { unlink("main"); '
        'FILE *f = fopen("main", "w"); fputs("#!/bin/sh\\necho other", f); fclose(f); return puts("vandal") < 0; }'
    )
    await keeping.run(c(vandal))
    await keeping._compiler.close()
    before = entries(tmp_path)

    results = [await keeping.run(c(vandal)) for _ in range(2)]

    assert [(cached(result), result.last.stdout) for result in results] == [(True, b"vandal\n")] * 2
    assert entries(tmp_path) == before


async def test_a_program_cannot_find_what_is_kept(keeping: Engine, tmp_path: Path) -> None:
    await keeping.run(lot(LARGE))
    await keeping._compiler.close()
    entry = next(iter(entries(tmp_path)))
    source = f"""
import os
print([path for path in ({str(entry)!r}, {str(entry.parent)!r}, {str(tmp_path)!r}) if os.path.lexists(path)])
print([folder for folder, folders, names in os.walk("/") if {entry.name!r} in names or "compiled" in folders])
print([os.readlink(f"/proc/self/fd/{{fd}}") for fd in (3, 4, 5, 6, 7) if os.path.lexists(f"/proc/self/fd/{{fd}}")])
"""

    result = await keeping.run(python(source))

    assert result.last.stdout == b"[]\n[]\n[]\n", result.last


async def test_what_one_sender_plants_as_output_is_never_another_senders_program(keeping: Engine) -> None:
    # With this flag the compiler writes nothing, and a file that was sent under the output's name is what runs.
    planted = b"#!/bin/sh\necho planted\n"
    hostile = with_file("main", planted, flags=("-fsyntax-only",))
    honest = with_file("main", b"#!/bin/sh\necho honest\n", flags=("-fsyntax-only",))

    results = [await keeping.run(spec) for spec in (hostile, honest, lot())]

    assert [result.last.stdout for result in results] == [b"planted\n", b"honest\n", b"hello\n"]
    assert [cached(result) for result in results] == [False] * 3


async def test_a_compiler_flag_cannot_make_the_cache_keep_other_files(keeping: Engine) -> None:
    flags = ("-save-temps", "-Wl,-Map=map", "-o", "main")

    results = [await keeping.run(c(HELLO, compiler_flags=flags, artifacts=("*",))) for _ in range(2)]

    assert [[artifact.path for artifact in result.artifacts] for result in results] == [["main", "main.c"]] * 2
    assert cached(results[1])
