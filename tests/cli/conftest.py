"""The command as a user runs it: a process of its own, the real engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

RUNWARD = [sys.executable, "-c", "from runward.cli import main; main()"]
Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def command() -> list[str]:
    """Return the command, to be started by the test itself."""
    return RUNWARD


@pytest.fixture
def runward(tmp_path: Path) -> Runward:
    """Return a function that runs the command in an empty folder and waits for it."""

    def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*RUNWARD, *arguments],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "RUNWARD_COMPILE_CACHE_MB": "0", **environment},
            timeout=120,
            check=False,
        )

    return run
