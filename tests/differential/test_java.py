"""The compiler that is started ahead says and makes, to the byte, what javac does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from runward.domain.limits import LimitRequest
from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile
from runward.settings import load_settings
from runward.wiring import open_engine

PROGRAMS = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "programs/java").glob("*.java"))}
FLAGS = {
    "flags that make warnings errors": ("-Xlint:all", "-Werror"),
    "flag that is unknown": ("--nothing",),
    "flags that change the classes": ("--release", "17", "-parameters", "-g"),
}
CASES = {name: (source, ()) for name, source in PROGRAMS.items()} | {
    name: (PROGRAMS["warnings"], flags) for name, flags in FLAGS.items()
}
TRIES = 100


def spec(source: bytes, flags: tuple[str, ...] = (), **more: object) -> ExecutionSpec:
    files = (InputFile(path="Main.java", content=source), InputFile(path="data/line.txt", content=b"x"))
    plain = ExecutionSpec(language="java", files=files, entry="Main.java", compiler_flags=flags, compile_anew=True)
    return replace(plain, **more)  # type: ignore[arg-type]  # of any field


@pytest.fixture(scope="module")
async def warm() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_WARM=True), languages=["java"]) as engine:
        yield engine


@pytest.fixture(scope="module")
async def cold() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_WARM=False), languages=["java"]) as engine:
        yield engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What can be seen of an execution."""

    steps: tuple[object, ...]
    classes: tuple[tuple[str, bytes | None], ...]

    @classmethod
    def by(cls, result: ExecutionResult) -> Told:
        """Return that of a result."""
        steps = [
            (step.outcome, step.exit_code, step.signal, step.stdout, step.stderr)
            for step in (result.compile, result.run)
            if step is not None
        ]
        classes = tuple((artifact.path, artifact.content) for artifact in result.artifacts)
        return cls(steps=tuple(steps), classes=classes)


async def run_warm(engine: Engine, asked: ExecutionSpec) -> ExecutionResult:
    """Run it until a compiler that was started ahead was ready for it."""
    for _ in range(TRIES):
        result = await engine.run(asked)
        if result.compile is not None and result.compile.warm:
            return result
    raise AssertionError("nothing is ever started ahead")


@pytest.mark.parametrize("name", CASES)
async def test_the_compiler_started_ahead_does_what_javac_does(name: str, warm: Engine, cold: Engine) -> None:
    asked = spec(*CASES[name], artifacts=("**/*.class",))

    assert Told.by(await run_warm(warm, asked)) == Told.by(await cold.run(asked))


@pytest.mark.parametrize(
    ("flags", "limits"),
    [(("-J-Dx=y",), LimitRequest()), ((), LimitRequest(memory_bytes=512 << 20))],
    ids=["option of the machine", "another heap"],
)
async def test_a_compile_step_that_it_cannot_take_is_executed(
    flags: tuple[str, ...], limits: LimitRequest, warm: Engine
) -> None:
    await run_warm(warm, spec(PROGRAMS["correct"]))

    for _ in range(3):  # a warm one becomes ready meanwhile
        result = await warm.run(spec(PROGRAMS["correct"], flags, compile_limits=limits))
        assert result.compile is not None
        assert (result.compile.warm, result.last.stdout) == (False, b"Hello\n")
