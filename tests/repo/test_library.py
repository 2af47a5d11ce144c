"""The examples of the library's page run as they stand there, and print what stands below them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/library.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$.*?^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") == 3


@pytest.mark.parametrize(("program", "printed"), EXAMPLES, ids=["run", "control", "run_many"])
def test_the_example_prints_what_the_page_shows(tmp_path: Path, program: str, printed: str) -> None:
    example = tmp_path / "example.py"
    example.write_text(program)

    done = subprocess.run([sys.executable, str(example)], cwd=tmp_path, check=True, capture_output=True, text=True)

    assert done.stdout == printed
