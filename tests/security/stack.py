"""The real stack under attack: engine, supervisor and slots, with the host's canaries beside it."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from runward.domain.errors import RequestError
from runward.engine import Engine
from runward.engine.result import ExecutionResult
from runward.engine.spec import ExecutionSpec, InputFile
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.security.canary import Canaries
from tests.security.case import SCALE, Case
from tests.security.footprint import Footprint
from tests.security.judge import judge, judge_distinct

_SETTLE_SECONDS = 10 * SCALE
_STILL_SECONDS = 0.15 * SCALE
_HELLO = ExecutionSpec(language="python", files=(InputFile(path="main.py", content=b"print('hello')"),))
# Other work on the machine makes single runs slow; a platform made slow by a case stays slow.
_HELLO_RATIO, _HELLO_TRIES = 5, 20


class Stack:
    """An engine whose every case is followed by a look at the host."""

    def __init__(self, engine: Engine, canaries: Canaries) -> None:
        self.engine, self.canaries = engine, canaries
        self._warmed: set[str] = set()
        self._hello_seconds: list[float] = []

    async def warm(self, language: str) -> None:
        """Let everything that the first run of a language makes be made, so that it is not taken for a leftover."""
        if language in self._warmed:
            return
        definition = self.engine.registry.get(language)
        source = InputFile(path=definition.source_name, content=definition.hello.source.encode())
        for _ in range(2):
            await self.engine.run(ExecutionSpec(language=language, files=(source,)))
        self._warmed.add(language)

    async def complaints(self, case: Case) -> list[str]:
        """Run a case and say all that is wrong with it or with the host after it."""
        spec = case.spec(self.canaries.values() | {"SCALE": f"{SCALE:g}"})
        spec = replace(spec, environment=spec.environment | {"CASE_MARK": self.canaries.mark})
        await self.warm("python")
        await self.warm(spec.language)
        if not self._hello_seconds:
            self._hello_seconds = [await self._time_hello() for _ in range(5)]
        before = await self._settled()
        wrong = await self._judged(case, spec)
        wrong += self.canaries.complaints()
        wrong += await self._leftovers(before)
        wrong += await self._slowness()
        return wrong

    async def _judged(self, case: Case, spec: ExecutionSpec) -> list[str]:
        expected = case.expected
        started = time.monotonic()
        try:
            results = await self._results(case, spec)
        except RequestError as error:
            if expected.refused is None and not expected.may_refuse:
                return [f"it was refused: {error}"]
            return [] if re.search(expected.refused or "", str(error)) else [f"the refusal says: {error}"]
        if expected.refused is not None:
            return [f"it was not refused but ended with {results[0].outcome}: {results[0].last.stdout[:200]!r}"]
        took = time.monotonic() - started
        wrong = [line for each in results for line in judge(expected, spec, each, self.canaries.secrets())]
        if expected.within is not None and took > expected.within * SCALE:
            wrong.append(f"the result took {took:.1f} s, not at most {expected.within * SCALE:g}")
        wrong += judge_distinct(results) if expected.distinct else []
        return [*wrong, f"the last step: {_abridged(results[-1])}"] if wrong else []

    async def _results(self, case: Case, spec: ExecutionSpec) -> Sequence[ExecutionResult]:
        if case.concurrent:
            return await asyncio.gather(*(self.engine.run(spec) for _ in range(case.repeat)))
        return [await self.engine.run(spec) for _ in range(case.repeat)]

    async def _settled(self) -> Footprint:
        """Wait until nothing has changed for a while: ready slots are made after a run, and its own slot is unmade."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        last, since = self._look(), time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < _STILL_SECONDS:
            await asyncio.sleep(0.02)
            now = self._look()
            if now != last or now.is_busy:
                last, since = now, time.monotonic()
        return last

    async def _leftovers(self, before: Footprint) -> list[str]:
        deadline = time.monotonic() + _SETTLE_SECONDS
        differences = before.differences(self._look())
        while differences and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            differences = before.differences(self._look())
        return [f"left behind: {difference}" for difference in differences]

    async def _slowness(self) -> list[str]:
        usual = statistics.median(self._hello_seconds)
        best = usual
        for _ in range(_HELLO_TRIES):
            best = await self._time_hello()
            if best <= _HELLO_RATIO * usual:
                return []
        return [f"the next hello-world takes {best:.3f} s, and took {usual:.3f} s at the start"]

    async def _time_hello(self) -> float:
        started = time.monotonic()
        result = await self.engine.run(_HELLO)
        took = time.monotonic() - started
        assert (result.last.succeeded, result.last.stdout) == (True, b"hello\n"), f"hello-world is wrong: {result}"
        return took

    def _look(self) -> Footprint:
        return Footprint.take(os.getpid(), self.canaries.mark)


@asynccontextmanager
async def open_stack(folder: Path) -> AsyncIterator[Stack]:
    """Open the stack with settings that do not stand in the way of a case; whatever is in the environment still counts."""
    seconds = 60 * SCALE
    with Canaries(folder) as canaries:
        before = Footprint.take(os.getpid(), canaries.mark)
        # A hostile compile step must be taken each time.
        settings = load_settings(
            MAX_TIMEOUT=seconds, MAX_CPU_TIME=seconds, MAX_CONCURRENT_EXECUTIONS=8, RUNWARD_COMPILE_CACHE_MB=0
        )
        async with open_engine(settings) as engine:
            yield Stack(engine, canaries)
        left = [line for line in before.differences(Footprint.take(os.getpid(), canaries.mark)) if "tests" not in line]
        assert not left, f"the closed platform left something behind: {left}"


def _abridged(result: ExecutionResult) -> str:
    step = result.last
    return (
        f"{step.step} {step.outcome} exit={step.exit_code} signal={step.signal} {step.message!r} "
        f"usage={step.usage} stdout={step.stdout[:1500]!r} stderr={step.stderr[-1500:]!r}"
    )
