"""Every language keeps to what its definition has programs for, and a check that fails says what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runward.domain.errors import SandboxError
from runward.engine import Engine
from runward.engine.checks import Check, checks_of, run_check
from runward.languages import Registry
from runward.languages.registry import definition_files
from runward.settings import Settings
from runward.wiring import open_engine, open_registry

IDS = sorted(language.id for language in Registry.load().languages)
BASH = next(path for path in definition_files() if path.stem == "bash")


def test_every_language_is_here(engine: Engine) -> None:
    assert {status.id: status.reason for status in engine.languages() if not status.available} == {}


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("language", IDS)
async def test_a_language_keeps_to_what_its_definition_has_a_program_for(
    engine: Engine, language: str, check: Check
) -> None:
    await run_check(engine, language, check)


@pytest.fixture
def altered(settings: Settings, tmp_path: Path) -> Callable[[str, str], Engine]:
    """Return an engine for Bash with some of its definition replaced."""

    def alter(old: str, new: str) -> Engine:
        text = BASH.read_text()
        assert old in text, f"the definition has no {old!r}"
        (tmp_path / "bash.toml").write_text(text.replace(old, new))
        registry = open_registry(settings.model_copy(update={"language_dirs": [tmp_path]}))
        return open_engine(settings, languages=["bash"], registry=registry)

    return alter


@pytest.mark.parametrize(
    ("check", "old", "new", "complaint"),
    [
        (Check.HELLO, 'stdout = "Hello, world!', 'stdout = "Hello, moon!', "the hello-world of Bash went wrong"),
        (Check.STDIN, "${line^^}", "${line}", "did not come back in upper case"),
        (Check.INVALID, "line = 4", "line = 3", r"told an error in line 4, column None of main\.sh, not in line 3"),
        (Check.INVALID, "21; done", "21; fi", "found no error where there is one"),
        (Check.INVALID, "source = 'echo \"Hello, world!\"'", "source = 'if'", "told an error in the hello-world"),
        (Check.BUSY, "while :; do :; done", "exit 3", "computes for ever ended as exited: run step, exit status 3"),
        (Check.HUNGRY, "kept=$kept$kept", "exit 0", "takes memory for ever ended as exited"),
    ],
)
async def test_a_check_that_fails_says_what_went_wrong(
    altered: Callable[[str, str], Engine], check: Check, old: str, new: str, complaint: str
) -> None:
    async with altered(old, new) as engine:
        with pytest.raises(SandboxError, match=complaint):
            await run_check(engine, "bash", check)


async def test_a_definition_without_programs_for_checks_has_its_hello_world(
    altered: Callable[[str, str], Engine],
) -> None:
    text = BASH.read_text()
    checks = text[text.index("[checks]") : text.index("[[install]]")]
    async with altered(checks, "") as engine:
        assert checks_of(engine.registry.get("bash")) == (Check.HELLO,)
        await run_check(engine, "bash", Check.HELLO)
        with pytest.raises(SandboxError, match=r"add the table \[checks\]"):
            await run_check(engine, "bash", Check.BUSY)
