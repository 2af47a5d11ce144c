"""The examples of the page on sessions run as they stand there, and are answered as it shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.api.conftest import Server

PAGE = (Path(__file__).parents[2] / "docs/sessions.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```$.*?^```(json|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ANYTHING = "…"


def test_every_example_says_how_it_is_answered() -> None:
    assert len(EXAMPLES) == PAGE.count("```sh") == 9


def test_the_examples_are_answered_as_the_page_shows(server: Server) -> None:
    ids: dict[str, str] = {}
    for command, kind, shown in EXAMPLES:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command.replace("localhost:8000", server.url.removeprefix("http://"))],
            env={**os.environ, **ids},
            capture_output=True,
            text=True,
            check=True,
        )
        if kind == "json":
            answer = json.loads(done.stdout)
            assert masked(answer, json.loads(shown)) == json.loads(shown), command
            told = answer if isinstance(answer, dict) else {}
            ids |= {name.upper(): value for name, value in told.items() if name.endswith("_id")}
        else:
            pattern = ".*".join(map(re.escape, shown.strip().split(ANYTHING)))
            assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), f"{command}\nprinted\n{done.stdout}"


def masked(answer: Any, shown: Any) -> Any:
    """Return the answer with that in it replaced which the page leaves open."""
    if shown == ANYTHING and isinstance(answer, str | int | float):
        return ANYTHING
    if isinstance(answer, dict) and isinstance(shown, dict):
        return {name: masked(value, shown.get(name)) for name, value in answer.items()}
    if isinstance(answer, list) and isinstance(shown, list) and len(answer) == len(shown):
        return [masked(*pair) for pair in zip(answer, shown, strict=True)]
    return answer
