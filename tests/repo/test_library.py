"""The example of the library's page runs as it stands there, and prints what stands below it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def test_the_example_prints_what_the_page_shows(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs/library.md").read_text()
    blocks = dict(re.findall(r"^```(python|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    example = tmp_path / "example.py"
    example.write_text(blocks["python"])

    printed = subprocess.run([sys.executable, str(example)], cwd=tmp_path, check=True, capture_output=True, text=True)

    assert printed.stdout == blocks["text"]
