"""The suite: trials, shared among worker processes, and what comes of them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from runward.domain.errors import SandboxError
from runward.hostile.case import SCALE
from runward.hostile.trial import Trial, TrialResult

# More than any case with all its repeats and the wait for what it left behind may take.
_PATIENCE_SECONDS = 300 * SCALE
_CLOSING_SECONDS = 20 * SCALE
_LINE_BYTES = 16 * 1024 * 1024


class Suite:
    """Tries every trial once, in order; use it as a context manager, and await each ``result``."""

    def __init__(self, trials: Sequence[Trial], *, workers: int | None = None) -> None:
        self.trials = trials
        self.left_behind: list[str] = []
        self._waiting = deque(trials)
        self._workers = min(workers or len(os.sched_getaffinity(0)), max(1, len(trials)))
        self._results: dict[str, asyncio.Future[TrialResult]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._results = {str(trial): loop.create_future() for trial in self.trials}
        languages = sorted({trial.language for trial in self.trials})
        self._tasks = [asyncio.create_task(self._work(languages)) for _ in range(self._workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for result in self._results.values():
            result.cancel()

    async def result(self, trial: Trial) -> TrialResult:
        """Wait for what comes of a trial.  Raises SandboxError where the platform does not start."""
        return await asyncio.shield(self._results[str(trial)])

    async def finish(self) -> list[str]:
        """Wait until all platforms are closed, and say what they left behind."""
        await asyncio.gather(*self._tasks)
        return self.left_behind

    async def _work(self, languages: list[str]) -> None:
        while self._waiting:
            worker = await _Worker.start(languages)
            try:
                if not await self._feed(worker):
                    return
            finally:
                await worker.end()

    async def _feed(self, worker: _Worker) -> bool:
        """Give a worker one trial after another; tell whether another worker must go on."""
        started = await worker.answer()
        if "ready" not in started:
            self._fail(started.get("error", "a worker died at its start; it has told why on standard error"))
            return False
        while self._waiting:
            trial = self._waiting.popleft()
            answer = await worker.ask(trial)
            if answer is None:
                told = f"the platform's own process died, or did not answer within {_PATIENCE_SECONDS:g} s"
                self._results[str(trial)].set_result(TrialResult(trial=str(trial), complaints=(told,)))
                return True
            self._results[str(trial)].set_result(TrialResult(**{**answer, "complaints": tuple(answer["complaints"])}))
        self.left_behind += await worker.finish()
        return False

    def _fail(self, reason: str) -> None:
        self._waiting.clear()
        for result in self._results.values():
            if not result.done():
                result.set_exception(SandboxError(reason))
                result.exception()  # whoever waits gets it; nobody need wait


class _Worker:
    """A worker process, and the lines between it and us."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout

    @classmethod
    async def start(cls, languages: Sequence[str]) -> _Worker:
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-m", "runward.hostile.worker", *languages]
        # A session of its own: an interrupt at the terminal is for us, and we end the workers in order.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, limit=_LINE_BYTES, start_new_session=True
        )
        return cls(process)

    async def answer(self) -> dict[str, Any]:
        """Return the next answer; an empty one when the process has ended or takes too long."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                line = await self._stdout.readline()
        except TimeoutError:
            return {}
        value: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        return value

    async def ask(self, trial: Trial) -> dict[str, Any] | None:
        """Return what came of a trial, or None where that cannot be known."""
        try:
            self._stdin.write(f"{trial}\n".encode())
            await self._stdin.drain()
        except ConnectionError:
            return None
        answer = await self.answer()
        return answer if answer.get("trial") == str(trial) else None

    async def finish(self) -> list[str]:
        """Let the process close its platform; return what it found left behind."""
        self._stdin.close()
        answer = await self.answer()
        left: list[str] = answer.get("left", ["the platform's own process died while it was closing"])
        await self._process.wait()
        return left

    async def end(self) -> None:
        """End the process if it is there: in order, or by force where it does not listen."""
        if self._process.returncode is not None:
            return
        self._stdin.close()
        self._process.terminate()
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()  # guardian and supervisor see it, and clean up
            await self._process.wait()
