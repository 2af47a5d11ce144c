"""The examples of the client's page run as they stand there, and print what stands below them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Server

PAGE = (Path(__file__).parents[2] / "docs/sdk.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$.*?^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 6


@pytest.mark.parametrize(
    ("program", "printed"), EXAMPLES, ids=["run", "sessions", "uploads", "live", "asyncio", "errors"]
)
def test_the_example_prints_what_the_page_shows(tmp_path: Path, server: Server, program: str, printed: str) -> None:
    example = tmp_path / "example.py"
    example.write_text(program)
    environment = {**os.environ, "RUNWARD_URL": server.url}

    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == printed
    assert done.stderr == ""
