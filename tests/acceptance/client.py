"""A client of contract 1, as plain as the contract: what the answers hold, the tests look at themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

QUEUED_KEYS = {"execution_id", "status", "queued_at"}
RUNNING_KEYS = QUEUED_KEYS | {"started_at"}
ENDED_KEYS = RUNNING_KEYS | {"stdout", "stderr", "execution_time_ms", "finished_at"}
BEYOND_KEYS = {
    "exit_code",
    "signal",
    "outcome",
    "cpu_time_ms",
    "memory_peak_bytes",
    "stdout_truncated",
    "stderr_truncated",
    "compile",
    "artifacts",
    "attempts",
    "worker",
    "language_version",
}
# What the contract leaves open and the OpenAPI document tells.
OWN_KEYS = {"message", "cached"}
TERMINAL = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"}
HOLD = "import sys, time\nprint('begun', flush=True)\ntime.sleep(55)"
# More programs than any deployment under test runs at once.
MANY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One server-sent event."""

    id: str
    kind: str
    data: dict[str, Any]


class Api:
    """One deployment, at one of the two places where it serves the contract."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def open(self, source: str = "print('hello')", *, language: str = "python", **more: Any) -> str:
        """Open a session; return its id."""
        answer = self.http.post("/code-sessions", json={"language": language, "source_code": source, **more})
        assert answer.status_code == 201, answer.text
        session_id: str = answer.json()["session_id"]
        return session_id

    def run(self, session_id: str, *, key: str | None = None, **body: Any) -> str:
        """Queue a run; return the execution's id."""
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.http.post(f"/code-sessions/{session_id}/run", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        assert answer.json() == {"execution_id": answer.json()["execution_id"], "status": "QUEUED"}
        execution_id: str = answer.json()["execution_id"]
        return execution_id

    def get(self, execution_id: str) -> dict[str, Any]:
        """Return an execution as it is now."""
        answer = self.http.get(f"/executions/{execution_id}")
        assert answer.status_code == 200, answer.text
        execution: dict[str, Any] = answer.json()
        return execution

    def end_of(self, execution_id: str) -> dict[str, Any]:
        """Return an execution when it has ended."""
        for event in self.follow(execution_id):
            if event.kind == "result":
                break
        execution = self.get(execution_id)
        assert execution["status"] in TERMINAL
        return execution

    def execute(self, source: str, *, language: str = "python", **body: Any) -> dict[str, Any]:
        """Run a program in a session of its own, to its end."""
        return self.end_of(self.run(self.open(source, language=language), **body))

    def wait_for(self, execution_id: str, kind: str) -> Event:
        """Return the first event of a kind, as soon as it has come."""
        with self.following(execution_id) as events:
            return next(event for event in events if event.kind == kind)

    def wait_until_running(self, execution_id: str) -> None:
        """Return when the program has printed something."""
        self.wait_for(execution_id, "output")

    def follow(self, execution_id: str, *, after: str | None = None) -> list[Event]:
        """Return all events, when the last has come."""
        with self.following(execution_id, after=after) as events:
            return list(events)

    @contextmanager
    def following(self, execution_id: str, *, after: str | None = None) -> Iterator[Iterator[Event]]:
        """Yield the events as they come."""
        headers = {} if after is None else {"Last-Event-ID": after}
        with self.http.stream("GET", f"/executions/{execution_id}/events", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield parse_events(answer.iter_lines())

    @contextmanager
    def occupied(self) -> Iterator[list[str]]:
        """Keep every worker busy within the block, so that what is submitted in it stays queued."""
        session_id = self.open(HOLD)
        held = [self.run(session_id) for _ in range(MANY)]
        try:
            yield held
        finally:
            for execution_id in reversed(held):
                self.http.post(f"/executions/{execution_id}/cancel")


def parse_events(lines: Iterator[str]) -> Iterator[Event]:
    """Yield the events of a stream; comments are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        if line == "":
            if "data" in fields:
                yield Event(id=fields.get("id", ""), kind=fields["event"], data=json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def text_of(events: list[Event], stream: str = "stdout") -> str:
    """Return what the program wrote, as its listener heard it."""
    return "".join(event.data["text"] for event in events if event.kind == "output" and event.data["stream"] == stream)
