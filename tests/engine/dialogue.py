"""A talk with a program: what is typed, or done, when it has said something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from runward.engine import Control, Engine, Event, ExecutionSpec, Output, StepResult

Step = tuple[bytes, bytes | Callable[[Control], None]]


class Dialogue:
    """Waits for each text in turn, and gives the answer: bytes are typed, a function is called with the control.

    Each text must come after what the one before was found in.  When all is said the input stays open, unless it ``ends``.
    """

    def __init__(self, steps: Sequence[Step], *, ends: bool = False) -> None:
        self.heard = b""
        self.control = Control()
        self._steps, self._ends = steps, ends
        self._spoken = asyncio.Event()

    def listen(self, event: Event) -> None:
        if isinstance(event, Output):
            self.heard += event.data
            self._spoken.set()

    async def input(self) -> AsyncIterator[bytes]:
        at = 0
        for text, answer in self._steps:
            while (found := self.heard.find(text, at)) < 0:
                self._spoken.clear()
                await self._spoken.wait()
            at = found + len(text)
            if isinstance(answer, bytes):
                yield answer
            else:
                answer(self.control)
        if not self._ends:
            await asyncio.Event().wait()


async def talk(engine: Engine, spec: ExecutionSpec, *steps: Step, ends: bool = False) -> StepResult:
    """Run a program to its end and return how it ended."""
    dialogue = Dialogue(steps, ends=ends)
    async with asyncio.timeout(60):
        result = await engine.run(
            replace(spec, stdin=dialogue.input()), on_event=dialogue.listen, control=dialogue.control
        )
    return result.last
