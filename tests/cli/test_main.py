"""The root of the commands: version, help, and a quick start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from runward import __version__

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_version_is_told(runward: Runward) -> None:
    assert runward("--version").stdout.decode() == f"runward {__version__}\n"


@pytest.mark.parametrize("command", ["run", "languages", "serve", "executor", "doctor"])
def test_every_command_is_listed_and_explains_itself(runward: Runward, command: str) -> None:
    assert command in runward("--help").stdout.decode()
    help_text = runward(command, "--help")
    assert help_text.returncode == 0
    assert b"Usage:" in help_text.stdout


def test_help_of_run_teaches_by_examples_and_tells_the_statuses(runward: Runward) -> None:
    text = runward("run", "--help").stdout.decode()

    for word in ("runward run hello.py", "--artifact", "124", "125", "128+N"):
        assert word in text


def test_unknown_command_is_wrong_usage(runward: Runward) -> None:
    assert runward("fly").returncode == 2


@pytest.mark.parametrize("arguments", [["--version"], ["run", "--help"]])
def test_quick_commands_do_not_load_the_web_framework(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom runward.cli import main\n"
        f"sys.argv = ['runward', *{arguments!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "assert not {'fastapi', 'uvicorn', 'httpx'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, timeout=60)


def test_completion_knows_the_commands(runward: Runward) -> None:
    result = runward(_RUNWARD_COMPLETE="complete_bash", COMP_WORDS="runward se", COMP_CWORD="1")

    assert result.stdout.decode().split() == ["serve"]
