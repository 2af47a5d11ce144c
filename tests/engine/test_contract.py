"""What a program can rely on, in the languages that most are written in: one program each (``programs``).

What every language keeps to, the programs of its definition show: test_checks.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile, StepResult
from tests.engine.conftest import LANGUAGES, PROGRAMS, program

ODD_BYTES = b"\xff\xfe\x00x\xc3"
TYPED = bytes(range(256)) + b"no newline at the end"
ARGUMENTS = ("one", "two words", "", "--help", "zażółć", "$HOME;*")
PIXELS = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
COMPILED = ("c", "cpp", "csharp", "go", "java", "rust", "typescript")

every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module", params=LANGUAGES)
async def tour(engine: Engine, request: pytest.FixtureRequest) -> ExecutionResult:
    """Return one run that shows much; each test looks at one thing of it."""
    return await engine.run(
        program(
            PROGRAMS / request.param / "contract",
            arguments=("tour", *ARGUMENTS),
            stdin=TYPED,
            environment={"COLOUR": "dark green", "UNREAD": "1"},
            artifacts=("note.txt", "pictures/*.png", "*.bin", "absent.txt"),
        )
    )


def ran(result: ExecutionResult) -> StepResult:
    assert result.run is not None, f"it did not compile: {result.compile}"
    return result.run


def lines(step: StepResult) -> list[bytes]:
    return step.stdout.partition(b"stdin:")[0].splitlines()


def values(step: StepResult) -> dict[str, str]:
    return dict(
        line.decode().split("=", 1) for line in lines(step) if b"=" in line and not line.startswith(b"argument:")
    )


def invalid(engine: Engine, language: str) -> ExecutionSpec:
    """Return the program of the definition that has an error in it."""
    defined = engine.registry.get(language)
    assert defined.checks is not None
    source = defined.checks.invalid.source.encode()
    return ExecutionSpec(language=language, files=(InputFile(path=defined.source_name, content=source),))


async def contract(engine: Engine, language: str, mode: str, **parts: Any) -> StepResult:
    return ran(await engine.run(program(PROGRAMS / language / "contract", arguments=(mode,), **parts)))


async def test_it_reads_its_input_to_the_last_byte(tour: ExecutionResult) -> None:
    assert ran(tour).stdout.partition(b"stdin:")[2] == TYPED


async def test_its_arguments_arrive_as_they_were_sent(tour: ExecutionResult) -> None:
    told = [line.removeprefix(b"argument:") for line in lines(ran(tour)) if line.startswith(b"argument:")]

    assert told == [argument.encode() for argument in ARGUMENTS]


async def test_its_exit_code_is_exact(tour: ExecutionResult) -> None:
    step = ran(tour)

    assert (step.outcome, step.exit_code, step.signal, step.message) == (Outcome.EXITED, 7, None, "")


async def test_its_environment_is_the_same_everywhere_and_holds_what_was_sent(tour: ExecutionResult) -> None:
    told = values(ran(tour))

    assert told.pop("COLOUR") == "dark green"
    assert told.pop("PATH").startswith("/usr/bin:/bin")
    assert told == {"HOME": "/box", "TZ": "UTC", "LANG": "C.UTF-8", "folder": "/box"}


async def test_bytes_that_are_no_text_come_out_as_they_are(tour: ExecutionResult) -> None:
    assert ran(tour).stderr == ODD_BYTES
    assert not ran(tour).stderr_truncated


async def test_the_files_asked_for_come_out_and_no_others(tour: ExecutionResult) -> None:
    found = {artifact.path: (artifact.size_bytes, artifact.content) for artifact in tour.artifacts}

    assert found == {
        "note.txt": (8, b"written\n"),
        "pictures/pixel.png": (len(PIXELS), PIXELS),
        "big.bin": (17 * MIB, None),  # larger than the server lets out: told, not sent
    }


async def test_what_it_used_is_told(tour: ExecutionResult) -> None:
    usage = ran(tour).usage

    assert timedelta(0) < usage.cpu_time < timedelta(seconds=20)
    assert timedelta(0) < usage.wall_time < timedelta(seconds=30)
    # It wrote 17 MiB of files, which live in memory.
    assert 17 * MIB < usage.memory_peak_bytes <= 129 * MIB


@every_language
async def test_a_signal_that_ends_it_is_told(engine: Engine, language: str) -> None:
    step = await contract(engine, language, "killed")

    assert (step.outcome, step.exit_code, step.signal) == (Outcome.SIGNALED, None, 9)
    assert "SIGKILL" in step.message


@every_language
async def test_waiting_for_input_that_never_comes_meets_the_wall_time_limit(engine: Engine, language: str) -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    limits = LimitRequest(wall_time=timedelta(seconds=1.5))
    step = await contract(engine, language, "wait", stdin=silence(), limits=limits)

    assert step.outcome is Outcome.WALL_TIME_LIMIT
    assert timedelta(seconds=1.5) <= step.usage.wall_time < timedelta(seconds=20)


@every_language
async def test_output_above_the_limit_is_cut_there_and_ends_the_program(engine: Engine, language: str) -> None:
    step = await contract(engine, language, "flood", limits=LimitRequest(output_bytes=100_000))

    assert step.outcome is Outcome.OUTPUT_LIMIT
    assert (len(step.stdout), step.stdout_truncated, step.stderr_truncated) == (100_000, True, False)


@every_language
async def test_ten_mebibytes_of_output_come_whole_where_they_are_allowed(engine: Engine, language: str) -> None:
    step = await contract(engine, language, "mebibytes", limits=LimitRequest(output_bytes=10 * MIB))

    assert (step.outcome, step.exit_code, step.stdout_truncated) == (Outcome.EXITED, 0, False)
    assert step.stdout == (bytes(range(251)) * (10 * MIB // 251 + 1))[: 10 * MIB]


@every_language
async def test_a_program_of_several_files_starts_at_its_entry(engine: Engine, language: str) -> None:
    folder = PROGRAMS / language / "several"
    entry = next(path.name for path in folder.iterdir() if path.stem.lower() == "start")

    step = ran(await engine.run(program(folder, entry=entry)))

    assert (step.stdout, step.stderr, step.exit_code) == (b"from another file, and from data\n", b"", 0)


@pytest.mark.parametrize("language", COMPILED)
async def test_what_does_not_compile_carries_the_compilers_words_and_is_not_run(engine: Engine, language: str) -> None:
    result = await engine.run(invalid(engine, language))

    assert result.run is None
    assert result.compile is not None
    assert (result.outcome, result.compile.step) == (Outcome.COMPILE_ERROR, Step.COMPILE)
    assert result.compile.exit_code not in (0, None)
    assert b"missing_thing" in result.compile.stdout + result.compile.stderr


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {*COMPILED}))
async def test_a_syntax_error_without_a_compile_step_is_the_programs_own_failure(engine: Engine, language: str) -> None:
    step = ran(await engine.run(invalid(engine, language)))

    assert (step.outcome, step.exit_code) == (Outcome.EXITED, 1)
    assert b"SyntaxError" in step.stderr


@every_language
async def test_its_checker_passes_a_sound_program_without_running_it(engine: Engine, language: str) -> None:
    validation = await engine.validate(program(PROGRAMS / language / "contract"))

    assert [diagnostic for diagnostic in validation.diagnostics if diagnostic.severity == "error"] == []
    assert validation.valid
