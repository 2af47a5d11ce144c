"""The README's first request works, and its answer is the one that the README shows."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

REQUEST = re.compile(
    r"^curl -s localhost:8000(?P<path>/\S+) -H '(?P<header>[^']+)' -d '(?P<body>[^']+)'$", re.MULTILINE
)
ANSWER = re.compile(r"^answers\n\n```json\n(?P<answer>.+)\n```$", re.MULTILINE)


@pytest.fixture
def server() -> Iterator[str]:
    """Return the URL of a server on a free port, started as script/server does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("runward")), "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{port}"
        told = []
        for line in process.stdout:
            told.append(line)
            if url in line:
                break
        else:
            pytest.fail(f"the server ended before it told its URL: {''.join(told)}")
        yield url
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait() == 0


def test_the_first_request_gets_the_answer_that_is_shown(repository: Path, server: str) -> None:
    readme = (repository / "README.md").read_text()
    request, answer = REQUEST.search(readme), ANSWER.search(readme)
    assert request is not None, "the README's first request has changed its form"
    assert answer is not None, "the README's first answer has changed its form"
    name, value = request["header"].split(": ")

    response = httpx.post(server + request["path"], headers={name: value}, content=request["body"])

    assert response.status_code == 200
    assert without_time(response.json()) == without_time(json.loads(answer["answer"]))


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer without what differs from run to run."""
    assert answer["executionTime"] > 0
    return {**answer, "executionTime": None}
