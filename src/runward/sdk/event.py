"""What listeners hear while an execution goes on."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runward.domain.outcome import Step
from runward.domain.status import ExecutionStatus
from runward.sdk.execution import Execution, Stream, execution_of
from runward.sdk.reading import read, understand


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """It waits or runs; with an ``attempt`` above the first, what it wrote before is void."""

    status: ExecutionStatus
    attempt: int = 1
    worker: str | None = None
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent:
    """A step begins."""

    step: Step
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputEvent:
    """The step wrote something; ``text`` has replacements where the bytes are not UTF-8."""

    step: Step
    stream: str
    text: str
    base64: str | None = None
    position: str = ""

    @property
    def data(self) -> bytes:
        """Return what was written, byte for byte."""
        return self.text.encode() if self.base64 is None else base64.b64decode(self.base64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEvent:
    """It has ended; nothing follows."""

    execution: Execution
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent:
    """A message of ours was refused; only a live connection hears such."""

    code: str
    detail: str
    position: str = ""


Event = StatusEvent | StepEvent | OutputEvent | ResultEvent | ErrorEvent


def event_of(kind: str, told: Any, *, position: str) -> Event | None:
    """Return the event; None for a kind that is not known, which a newer server may send."""
    told = {**told, "position": position}
    match kind:
        case "status":
            return read(StatusEvent, told, {"status": ExecutionStatus})
        case "step":
            return read(StepEvent, told, {"step": Step})
        case "output":
            return read(OutputEvent, told, {"step": Step})
        case "result":
            return ResultEvent(execution=execution_of(told), position=position)
        case "error":
            return read(ErrorEvent, told, {})
        case _:
            return None


def message_event(text: str | bytes) -> Event | None:
    """Return the event that a WebSocket's message is."""
    return understand(text, lambda told: event_of(told.pop("type", ""), told, position=told.pop("id", "")))


class EventDecoder:
    """Turns a server-sent event stream (HTML Living Standard, 9.2.6) into events; bytes may be cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._kind, self._position = "", ""
        self._data: list[str] = []

    def decode(self, data: bytes) -> Iterator[Event]:
        """Yield the events that are complete by now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            event = self._take(line.rstrip(b"\r").decode("utf-8", "replace"))
            if event is not None:
                yield event

    def _take(self, line: str) -> Event | None:
        if not line:
            return self._end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._kind = value
        elif name == "id":
            self._position = value
        elif name == "data":
            self._data.append(value)
        return None

    def _end(self) -> Event | None:
        kind, position, data = self._kind, self._position, "\n".join(self._data)
        self._kind, self._position, self._data = "", "", []
        return understand(data, lambda told: event_of(kind, told, position=position)) if data else None


class Following:
    """Where one is in an execution's events, so that a broken connection costs none and repeats none."""

    def __init__(self, position: str = "") -> None:
        self.position = position
        self._has_waited = False

    def is_new(self, event: Event) -> bool:
        """Note the event, and tell whether it was not heard before: what has no position comes again."""
        if event.position:
            self.position = event.position
        elif isinstance(event, StatusEvent):
            seen, self._has_waited = self._has_waited, True
            return not seen
        return True


class Tail:
    """One stream of one step, each byte once: also when an attempt was lost and the next repeats it."""

    def __init__(self, stream: Stream, *, step: Step = Step.RUN) -> None:
        self._stream, self._step = stream, step
        self._heard, self._given = 0, 0

    def take(self, event: Event) -> bytes:
        """Return what is new in it; the result brings what no event has told, if any."""
        data = b""
        if isinstance(event, StatusEvent) and event.attempt > 1:
            self._heard = 0
        elif isinstance(event, OutputEvent) and (event.step, event.stream) == (self._step, self._stream):
            data = event.data
        elif isinstance(event, ResultEvent) and self._step is Step.RUN:
            self._heard = 0
            data = event.execution.written(self._stream)
        new = data[max(0, self._given - self._heard) :]
        self._heard += len(data)
        self._given = max(self._given, self._heard)
        return new
