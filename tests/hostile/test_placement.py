"""A case that is put into another kind of slot is tried there for real, and what gets through is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from runward.domain.outcome import Step
from runward.engine import Engine
from runward.hostile import load
from runward.hostile.judge import judge
from runward.hostile.placement import aside, fits_aside, fits_compiler, into_compiler
from runward.settings import load_settings
from runward.wiring import open_engine


@pytest_asyncio.fixture(scope="module")
async def engine() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(), languages=["c", "python"]) as opened:
        yield opened


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / "kernel" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("said", "status", "complaint"),
    [
        ("mount: EPERM", 0, ""),
        ("ESCAPED: mount gave 0", 0, "ESCAPED"),
        ("mount: EINVAL", 0, "answered with EINVAL"),
        ("mount: EPERM", 3, "ended with 3"),
        ("", 0, "did not try mount"),
    ],
)
async def test_attack_from_within_the_compile_step_is_judged_there(
    engine: Engine, tmp_path: Path, said: str, status: int, complaint: str
) -> None:
    body = f'#include <stdio.h>\nint main(void) {{ puts("{said}"); return {status}; }}\n'
    case = into_compiler(load(written(tmp_path, "promise.c", f'//: answers = {{ mount = "EPERM" }}\n{body}')))
    spec = case.spec({"NONCE": "of this test"})
    result = await engine.run(spec)
    assert result.run is None
    assert result.last.step is Step.COMPILE
    wrong = "\n".join(judge(case.expected, spec, result, []))
    assert complaint in wrong
    assert bool(wrong) is bool(complaint)


async def test_program_that_is_set_aside_for_runs_cold_in_that_slot(engine: Engine, tmp_path: Path) -> None:
    case = load(written(tmp_path, "promise.py", '#: stdout = "ran\\n"\nprint("ran")\n'))
    warm, cold = [await engine.run(each.spec({})) for each in (case, aside(case, "python"))]
    assert [each.last.warm for each in (warm, cold)] == [True, False]
    assert warm.last.stdout == cold.last.stdout == b"ran\n"


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("", True),
        ("//: limits = { processes = 3 }\n", False),
        ("//: repeat = 2\n", False),
        ('//: signal = "SIGTERM"\n', False),
        ("//: exit_code = 3\n", False),
        ('//: refused = "no"\n', False),
    ],
)
def test_only_what_means_the_same_there_is_tried_in_a_compile_step(tmp_path: Path, header: str, fits: bool) -> None:
    case = load(written(tmp_path, "promise.c", f"{header}int main(void) {{ return 0; }}\n"))
    assert fits_compiler(case, "c") is fits
    assert not fits_compiler(case, "rust")
    assert not fits_aside(case, "c")
