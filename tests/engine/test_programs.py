"""Real programs (tests/programs) give the output that was written down for them: several files, input, some size."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from runward.domain.outcome import Outcome
from runward.engine import Engine
from tests.engine.conftest import LANGUAGES, program

PROGRAMS = Path(__file__).parent.parent / "programs"
TOLD = ("input.txt", "expected.txt")
DECLARED: list[dict[str, str]] = tomllib.loads((PROGRAMS / "programs.toml").read_text())["program"]


def test_every_language_has_real_programs_and_every_program_is_declared() -> None:
    declared = {(each["language"], each["name"]) for each in DECLARED}
    here = {(path.parent.parent.name, path.parent.name) for path in PROGRAMS.glob("*/*/expected.txt")}

    assert declared == here
    assert {language for language, _ in declared} == {*LANGUAGES}


@pytest.mark.parametrize("declared", DECLARED, ids=lambda each: f"{each['language']}-{each['name']}")
async def test_a_real_program_gives_its_expected_output(engine: Engine, declared: dict[str, str]) -> None:
    folder = PROGRAMS / declared["language"] / declared["name"]
    stdin, expected = ((folder / name).read_bytes() for name in TOLD)

    result = await engine.run(program(folder, without=TOLD, entry=declared["entry"], stdin=stdin))

    assert result.run is not None, result.compile
    assert (result.run.outcome, result.run.exit_code, result.run.stderr) == (Outcome.EXITED, 0, b"")
    assert result.run.stdout == expected
