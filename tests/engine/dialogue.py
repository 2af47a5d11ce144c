"""A talk with a program: what is typed, or done, when it has said something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from runward.engine import Control, Engine, Event, ExecutionSpec, Output, StepResult

Act = Callable[[Control], None]
Turn = tuple[bytes, bytes | Act]


class Dialogue:
    """Waits for each text in turn, and gives the answer: bytes are typed, a function is called with the control.

    Each text must come after what the one before was found in.  When all is said the input stays open, unless it ``ends``.
    """

    def __init__(self, turns: Sequence[Turn], *, ends: bool = False) -> None:
        self.heard = b""
        self.control = Control()
        self._turns, self._ends = turns, ends
        self._spoken = asyncio.Event()

    def listen(self, event: Event) -> None:
        """Hear the program; to be given to the engine."""
        if isinstance(event, Output):
            self.heard += event.data
            self._spoken.set()

    async def spoken(self) -> None:
        """Wait until the program has said more."""
        await self._spoken.wait()
        self._spoken.clear()

    async def input(self) -> AsyncIterator[bytes]:
        """Yield what is typed."""
        at = 0
        for text, answer in self._turns:
            while (found := self.heard.find(text, at)) < 0:
                await self.spoken()
            at = found + len(text)
            if isinstance(answer, bytes):
                yield answer
            else:
                answer(self.control)
        if not self._ends:
            await asyncio.Event().wait()


async def talk(engine: Engine, spec: ExecutionSpec, *turns: Turn, ends: bool = False) -> StepResult:
    """Run a program to its end and return how it ended."""
    dialogue = Dialogue(turns, ends=ends)
    spec = replace(spec, stdin=dialogue.input())
    async with asyncio.timeout(60):
        result = await engine.run(spec, on_event=dialogue.listen, control=dialogue.control)
    return result.last
