"""One program, many inputs: so many runs at once, each result as it comes, and an end whenever it is wanted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from runward.domain.errors import RunwardError, ShuttingDown
from runward.engine.result import ExecutionResult, RunResult, StepResult
from runward.engine.spec import RunInput

_Run = Callable[[int, RunInput], Awaitable[ExecutionResult]]


class Batch:
    """The runs of one program; iterating starts them and gives their results, in the order in which they end.

    ``compile`` is the result of the compile step, None where the language has none; where it failed there are no runs.
    A program that fails is a result.  RequestError (an input that cannot be given) and SandboxError (ours) are raised.
    """

    def __init__(
        self,
        compiled: StepResult | None,
        inputs: Iterable[RunInput],
        run: _Run,
        *,
        parallel: int,
        stop_when: Callable[[RunResult], bool] | None,
    ) -> None:
        self.compile = compiled
        self._inputs = enumerate(inputs)
        self._run, self._parallel, self._stop_when = run, parallel, stop_when
        self._running: set[asyncio.Task[RunResult]] = set()
        self._ended: deque[asyncio.Task[RunResult]] = deque()
        self._stopped = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunResult:
        while True:
            self._start()
            while self._ended:
                task = self._ended.popleft()
                if not task.cancelled():
                    return self._judge(task.result())
                if not self._stopped:
                    raise ShuttingDown  # the engine ends what runs
            if not self._running:
                raise StopAsyncIteration
            done, self._running = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._ended.extend(done)

    def stop(self) -> None:
        """Kill what runs and start no more; what has ended is still given."""
        self._stopped = True
        for task in self._running:
            task.cancel()

    async def close(self) -> None:
        """Stop, and wait until nothing runs."""
        self.stop()
        # One who is cancelled while waiting leaves tasks that end by themselves, for they are cancelled already.
        if tasks := self._running | set(self._ended):
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # seen: whoever closes wants no more results
        self._running, self._ended = set(), deque()

    def _start(self) -> None:
        """Start the next runs.  Only here: a caller who is slow to take results gets no heap of them."""
        while not self._stopped and len(self._running) < self._parallel:
            following = next(self._inputs, None)
            if following is None:
                return
            self._running.add(asyncio.create_task(self._run_one(*following)))

    async def _run_one(self, index: int, given: RunInput) -> RunResult:
        with telling(index):
            return RunResult(index=index, execution=await self._run(index, given))

    def _judge(self, result: RunResult) -> RunResult:
        if not self._stopped and self._stop_when is not None and self._stop_when(result):
            self.stop()
        return result


@contextmanager
def telling(index: int) -> Iterator[None]:
    """Note on an error which of the inputs it is about."""
    try:
        yield
    except RunwardError as error:
        error.add_note(f"it is about the input with the index {index}")
        raise
