"""The real stack under attack: engines, supervisors and slots, with the host's canaries beside them."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from runward.domain.errors import RequestError, RunwardError, SandboxError
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Step
from runward.engine import Engine
from runward.engine.result import ExecutionResult
from runward.engine.spec import ExecutionSpec, InputFile
from runward.hostile.canary import Canaries
from runward.hostile.case import HELLO_LANGUAGE, SCALE, Case, load
from runward.hostile.footprint import Footprint
from runward.hostile.judge import judge, judge_distinct
from runward.hostile.trial import Start, Trial, TrialResult, waiting_start
from runward.settings import load_settings
from runward.wiring import open_engine, open_registry

_SETTLE_SECONDS = 10 * SCALE
_STILL_SECONDS = 0.15 * SCALE
_MOST_SECONDS = 60 * SCALE
_READY_SLOTS = 2
# A slot whose interpreter is started in it takes a while to be ready, and a request that comes before is executed cold.
_WARM_SECONDS, _WARM_WAIT = 60 * SCALE, 0.2 * SCALE
_AMPLE = LimitRequest(cpu_time=timedelta(seconds=_MOST_SECONDS), wall_time=timedelta(seconds=_MOST_SECONDS))
_HELLO = ExecutionSpec(
    language=HELLO_LANGUAGE, files=(InputFile(path="main.py", content=b"print('hello')"),), limits=_AMPLE
)
# Other work on the machine makes single runs slow; a platform made slow by a case stays slow.
_HELLO_RATIO, _HELLO_TRIES = 5, 20


class Platform:
    """An engine, and what is known of it from before the first case; ``waits``: with interpreters that wait."""

    def __init__(self, engine: Engine, *, waits: bool) -> None:
        self.engine, self._waits = engine, waits
        self._warm_steps: dict[str, set[Step]] = {}
        self._hello_seconds: list[float] = []

    async def warm(self, language: str) -> None:
        """Let everything that the first run of a language makes be made, so that it is not taken for a leftover."""
        if language in self._warm_steps:
            return
        definition = self.engine.registry.get(language)
        source = InputFile(path=definition.source_name, content=definition.hello.source.encode())
        # Compiled each time: what is cached shows no interpreter that waits for the compile step.
        hello = ExecutionSpec(
            language=language, files=(source,), limits=_AMPLE, compile_limits=_AMPLE, compile_anew=True
        )
        wanted = {step for step in Step if self._waits and waiting_start(definition, step)}
        await self.engine.run(hello)
        found: set[Step] = set()
        deadline = time.monotonic() + _WARM_SECONDS
        while True:
            result = await self.engine.run(hello)
            found |= {step.step for step in (result.compile, result.run) if step is not None and step.warm}
            if found >= wanted or time.monotonic() > deadline:
                break
            await asyncio.sleep(_WARM_WAIT)
        if language == HELLO_LANGUAGE:
            self._hello_seconds = [await self._time_hello() for _ in range(5)]
        self._warm_steps[language] = found  # last: where it fails before, the next case must not do without

    def lacking(self, trial: Trial) -> str:
        """Say why there is no slot of the trial's kind here, though the language's definition has one."""
        if trial.start in {Start.COLD, Start.NONE} or trial.step in self._warm_steps[trial.language]:
            return ""
        return (
            f"no interpreter waits for the {trial.step} step of {trial.language} here: even its hello-world starts cold"
        )

    async def run(self, specs: Sequence[ExecutionSpec], trial: Trial, *, concurrent: bool) -> list[ExecutionResult]:
        """Run all, at once or after one another; again, as long as too few of them found a slot of the trial's kind ready."""
        batches = [specs] if concurrent else [[spec] for spec in specs]
        return [result for batch in batches for result in await self._run_batch(batch, trial)]

    async def _run_batch(self, batch: Sequence[ExecutionSpec], trial: Trial) -> list[ExecutionResult]:
        deadline = time.monotonic() + (_WARM_SECONDS if trial.start is Start.PRESTARTED else 0)
        while True:
            results = await asyncio.gather(*(self.engine.run(spec) for spec in batch))
            if not missed(trial, results) or time.monotonic() > deadline:
                return results
            await asyncio.sleep(_WARM_WAIT)

    async def slowness(self) -> list[str]:
        """Say so if a hello-world takes much longer than at the start."""
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
        if (result.last.succeeded, result.last.stdout) != (True, b"hello\n"):
            raise SandboxError(f"hello-world went wrong: {_abridged(result)}")
        return took


class Stack:
    """Two platforms, one with waiting interpreters and one without; every trial is followed by a look at the host."""

    def __init__(self, warm: Platform, cold: Platform, canaries: Canaries, *, rootless: bool) -> None:
        self._warm, self._cold, self._canaries, self._rootless = warm, cold, canaries, rootless
        self._full = 0  # the most slots that have been ready
        self._open: dict[str, int] = {}  # the most descriptors that a process has had between two cases

    async def run(self, trial: Trial) -> TrialResult:
        """Run a trial and say all that is wrong with it, or with the host after it."""
        started = time.monotonic()
        platform = self._platform(trial)
        try:
            await platform.warm(HELLO_LANGUAGE)
            await platform.warm(trial.language)
            if lacking := platform.lacking(trial):
                return TrialResult(trial=str(trial), lacking=lacking)
            wrong = await self._complaints(trial, platform)
        except RunwardError as error:  # what a case does to the platform is the case's affair
            wrong = [f"the platform failed: {error}"]
        return TrialResult(trial=str(trial), complaints=tuple(wrong), seconds=round(time.monotonic() - started, 3))

    def _platform(self, trial: Trial) -> Platform:
        waiting = waiting_start(self._warm.engine.registry.get(trial.language), trial.step)
        return self._cold if trial.start is Start.COLD and waiting else self._warm

    async def _complaints(self, trial: Trial, platform: Platform) -> list[str]:
        case = trial.place(load(trial.path, rootless=self._rootless))
        before = await self._settled()
        wrong = await self._judged(trial, case, platform)
        wrong += self._canaries.complaints()
        wrong += await self._leftovers(before)
        wrong += await platform.slowness()
        return wrong

    def _specs(self, case: Case) -> list[ExecutionSpec]:
        values = self._canaries.values() | {"SCALE": f"{SCALE:g}", "NONCE": secrets.token_hex(8)}
        specs = [case.spec(values | {"RUN": str(number)}) for number in range(case.repeat)]
        return [replace(each, environment=each.environment | {"CASE_MARK": self._canaries.mark}) for each in specs]

    async def _judged(self, trial: Trial, case: Case, platform: Platform) -> list[str]:
        expected, specs = case.expected, self._specs(case)
        started = time.monotonic()
        try:
            results = await platform.run(specs, trial, concurrent=case.concurrent)
        except RequestError as error:
            if expected.refused is None and not expected.may_refuse:
                return [f"it was refused: {error}"]
            return [] if re.search(expected.refused or "", str(error)) else [f"the refusal says: {error}"]
        if expected.refused is not None:
            return [f"it was not refused but ended with {results[0].outcome}: {results[0].last.stdout[:200]!r}"]
        took = time.monotonic() - started
        hidden = self._canaries.secrets()
        pairs = zip(specs, results, strict=True)
        wrong = [line for spec, result in pairs for line in judge(expected, spec, result, hidden)]
        wrong += missed(trial, results)
        if expected.within is not None and took > expected.within * SCALE:
            wrong.append(f"the result took {took:.1f} s, not at most {expected.within * SCALE:g}")
        wrong += judge_distinct(results) if expected.distinct else []
        return [*wrong, f"the last step: {_abridged(results[-1])}"] if wrong else []

    async def _settled(self) -> Footprint:
        """Wait until nothing has changed for a while: ready slots are made after a run, and its own slot is unmade."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        last, since = self._look(), time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < _STILL_SECONDS:
            await asyncio.sleep(0.02)
            now = self._look()
            if now != last or now.is_busy or now.parked < self._full:
                last, since = now, time.monotonic()
        self._full = max(self._full, last.parked)
        # Where the supervisor is kept waiting, a ready slot can be seen before it holds all that it will of it.
        self._open |= {name: max(count, self._open.get(name, 0)) for name, count in last.descriptors}
        return replace(last, descriptors=tuple((name, self._open[name]) for name, _ in last.descriptors))

    async def _leftovers(self, before: Footprint) -> list[str]:
        deadline = time.monotonic() + _SETTLE_SECONDS
        differences = before.differences(self._look(), ready_slots=_READY_SLOTS)
        while differences and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            differences = before.differences(self._look(), ready_slots=_READY_SLOTS)
        return [f"left behind: {difference}" for difference in differences]

    def _look(self) -> Footprint:
        return Footprint.take(os.getpid(), self._canaries.mark)


def missed(trial: Trial, results: Sequence[ExecutionResult]) -> list[str]:
    """Say which runs were not started as the trial says.

    Of runs at once only as many can be prestarted as slots are ready; the others, cold beside them, belong to the trial.
    """
    wrong = [told for each in results if (told := trial.misses(each))]
    enough = min(len(results), _READY_SLOTS) if trial.start is Start.PRESTARTED else len(results)
    return wrong if len(results) - len(wrong) < enough else []


@asynccontextmanager
async def open_stack(languages: Sequence[str], left: list[str]) -> AsyncIterator[Stack]:
    """Open the stack for these languages; say in ``left`` what it leaves behind when it is closed.

    Its settings do not stand in the way of a case; whatever else is in the environment still counts.
    """
    wanted = list(dict.fromkeys([HELLO_LANGUAGE, *languages]))
    registry = open_registry(load_settings())
    warm_ones = [name for name in wanted if any(waiting_start(registry.get(name), step) for step in Step)]
    with Canaries(Path(tempfile.mkdtemp(prefix="runward-canary-"))) as canaries:
        before = Footprint.take(os.getpid(), canaries.mark)
        async with AsyncExitStack() as opened:
            # Not the host's own: what hostile compilers make is not to be kept there.
            cache = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="runward-compiled-")))

            async def platform(names: list[str], *, warm: bool) -> Platform:
                settings = load_settings(
                    RUNWARD_WARM=warm,
                    RUNWARD_READY_SLOTS=_READY_SLOTS,
                    RUNWARD_MOST_READY_SLOTS=0,  # what is more than these must be what a case has left
                    MAX_TIMEOUT=_MOST_SECONDS,
                    MAX_CPU_TIME=_MOST_SECONDS,
                    MAX_CONCURRENT_EXECUTIONS=8,
                )
                engine = open_engine(settings, languages=names, registry=registry, cache_dir=cache)
                return Platform(await opened.enter_async_context(engine), waits=warm)

            warm, cold = await platform(wanted, warm=True), await platform(warm_ones, warm=False)
            yield Stack(warm, cold, canaries, rootless=os.geteuid() != 0)
        # Our own descriptors still hold what the event loop keeps.
        left += [
            line
            for line in before.differences(Footprint.take(os.getpid(), canaries.mark), ready_slots=0)
            if "runner" not in line
        ]


def _abridged(result: ExecutionResult) -> str:
    step = result.last
    return (
        f"{step.step} {step.outcome} exit={step.exit_code} signal={step.signal} {step.message!r} "
        f"usage={step.usage} stdout={step.stdout[:1500]!r} stderr={step.stderr[-1500:]!r}"
    )
