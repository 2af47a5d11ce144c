"""The narrator: tells an execution's stream what its engine says, at once but not in crumbs."""

from __future__ import annotations

import asyncio
from uuid import UUID

from runward.domain.outcome import Outcome, Step
from runward.engine import Event, Output, StepStarted
from runward.executions.events import OUTPUT, STATUS, STEP, ExecutionEvent, TextDecoder, output_stream, pack
from runward.queue.streams import Streams
from runward.store.executions import Execution

# What comes sooner than this after an event waits for its company: a program that writes bytes must not cost an event each.
GATHER_SECONDS = 0.01
_GATHER_BYTES = 16 * 1024


class Narrator:
    """Takes the events of one attempt; keeps what the program wrote, for the case that it is cut short."""

    def __init__(self, streams: Streams, execution_id: UUID) -> None:
        self._streams, self._name = streams, output_stream(execution_id)
        self._text = TextDecoder()
        self._gathered: dict[tuple[str, str], list[bytes]] = {}
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._written: dict[str, list[bytes]] = {"stdout": [], "stderr": []}

    def begin(self, *, attempt: int, worker: str, started_at: str) -> None:
        """Tell that it runs."""
        self._tell(STATUS, {"status": "RUNNING", "attempt": attempt, "worker": worker, "started_at": started_at})

    def take(self, event: Event) -> None:
        """Take an event of the engine; never waits."""
        if isinstance(event, StepStarted):
            self._flush()
            self._tell(STEP, {"step": event.step})
        elif isinstance(event, Output):
            if event.step == "run":
                self._written[event.stream].append(event.data)
            self._gathered.setdefault((event.step, event.stream), []).append(event.data)
            self._size += len(event.data)
            self._flush_soon()

    def repeat(self, execution: Execution) -> None:
        """Tell what the program wrote whose answer is given again."""
        step = Step.COMPILE if execution.outcome is Outcome.COMPILE_ERROR else Step.RUN
        for stream, data in (("stdout", execution.stdout), ("stderr", execution.stderr)):
            if data:
                self.take(Output(step=step, stream=stream, data=data))
        self.end()

    def end(self) -> None:
        """Tell what is still untold."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._flush(final=True)

    def written(self, stream: str) -> bytes:
        """Return what the program itself has written."""
        return b"".join(self._written[stream])

    def _flush_soon(self) -> None:
        if self._timer is None:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._on_timer)
        elif self._size >= _GATHER_BYTES:
            self._flush()

    def _on_timer(self) -> None:
        self._timer = None
        if self._gathered:
            self._flush_soon()

    def _flush(self, *, final: bool = False) -> None:
        for (step, stream), parts in self._gathered.items():
            told = self._text.decode(f"{step} {stream}", b"".join(parts))
            if told["text"]:
                self._tell(OUTPUT, {"step": step, "stream": stream, **told})
        if final:
            for stream in ("stdout", "stderr"):
                rest = self._text.decode(f"run {stream}", b"", final=True)
                if rest["text"]:
                    self._tell(OUTPUT, {"step": "run", "stream": stream, **rest})
        self._gathered.clear()
        self._size = 0

    def _tell(self, kind: str, data: dict[str, object]) -> None:
        self._streams.append(self._name, pack(ExecutionEvent.of(kind, data)))
