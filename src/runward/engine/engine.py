"""The engine: an execution from its specification to its result."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self

from runward.domain.diagnostic import Diagnostic
from runward.domain.limits import Limits
from runward.domain.outcome import Outcome, Step
from runward.domain.tier import Tier
from runward.engine.admission import Admission
from runward.engine.batch import Batch, telling
from runward.engine.cache import CompileCache
from runward.engine.compiled import Compiled
from runward.engine.compiler import Compiler
from runward.engine.control import Control
from runward.engine.plan import Plan, RunPlan
from runward.engine.policy import EnginePolicy
from runward.engine.result import Artifact, Event, ExecutionResult, RunResult, Validation
from runward.engine.spec import ExecutionSpec, RunInput
from runward.engine.step import ignore, read_file, run_step
from runward.engine.tiers import Tiers
from runward.languages import LanguageStatus, Registry
from runward.sandbox import FileOut, LayerStatus, PoolStatus


class Engine:
    """Runs programs; use it as an asynchronous context manager."""

    def __init__(
        self,
        *,
        registry: Registry,
        tiers: Tiers,
        kinds: Mapping[tuple[str, Step], str],
        policy: EnginePolicy,
        cache: CompileCache | None = None,
    ) -> None:
        self.registry, self.policy = registry, policy
        self._tiers, self._kinds = tiers, kinds
        self._compiler = Compiler(tiers, cache)
        self._admission = Admission(concurrency=policy.concurrency, queue_limit=policy.queue_limit)

    async def __aenter__(self) -> Self:
        await self._tiers.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._admission.drain(timedelta(0))
            await self._compiler.close()
        finally:
            await self._tiers.close()

    async def run(
        self,
        spec: ExecutionSpec,
        *,
        on_event: Callable[[Event], None] | None = None,
        control: Control | None = None,
        patient: bool = False,
    ) -> ExecutionResult:
        """Compile where the language needs it, run, and collect.

        A program that fails is a result.  Raises RequestError (the caller can mend it), QueueFull, ShuttingDown, or
        SandboxError (ours; the same call may succeed later).  Cancelling kills the program; ``control`` does less to it.
        One who is ``patient`` waits for a place however many others do.
        """
        plan, given, listener = self._plan(spec), RunInput(stdin=spec.stdin), on_event or ignore
        plan.check(given)  # first: a wish that is refused must not cost a compile
        async with self._admission.place(patient=patient):
            with await self._compile(plan, listener) as compiled:
                if not compiled.succeeded:
                    return _execution(plan, compiled)
                return await self._run(RunPlan(plan, compiled), given, listener, control)

    @asynccontextmanager
    async def run_many(
        self,
        spec: ExecutionSpec,
        inputs: Iterable[RunInput],
        *,
        parallel: int | None = None,
        stop_when: Callable[[RunResult], bool] | None = None,
        on_event: Callable[[int | None, Event], None] | None = None,
    ) -> AsyncIterator[Batch]:
        """Compile once, and run on each input in a slot of its own: iterate over the Batch for the results.

        ``inputs`` may be made as they are asked for.  ``parallel`` runs at once at the most, each waiting in line for its
        place; by default half of the places are left to others.  When a result meets ``stop_when``, or the block is left,
        what runs is killed and what has not started never does.  Events bear the index of their input, those of the
        compile step None.
        """
        plan = self._plan(spec)
        for index, given in enumerate(inputs if isinstance(inputs, Sequence) else ()):
            with telling(index):
                plan.check(given)
        async with self._admission.place():
            compiled = await self._compile(plan, partial(on_event, None) if on_event else ignore)
        with compiled:
            run_plan = RunPlan(plan, compiled)

            async def run(index: int, given: RunInput) -> ExecutionResult:
                plan.check(given)
                async with self._admission.place(patient=True):
                    return await self._run(run_plan, given, partial(on_event, index) if on_event else ignore)

            batch = Batch(
                compiled.result,
                inputs if compiled.succeeded else (),
                run,
                parallel=min(parallel or max(1, self.policy.concurrency // 2), self.policy.concurrency),
                stop_when=stop_when,
            )
            try:
                yield batch
            finally:
                await batch.close()

    async def validate(self, spec: ExecutionSpec) -> Validation:
        """Check syntax, and types where the toolchain checks them, without running the program."""
        plan = self._plan(spec)
        order = plan.validate_order()
        async with self._admission.place():
            finished = await run_step(self._tiers.get(order.tier), order, ignore)
        result = finished.result
        diagnostics = plan.runtime.parse_diagnostics(result.stdout, result.stderr, result.exit_code)
        if result.outcome is not Outcome.EXITED:
            told = f"the program could not be checked: {result.outcome}, {result.message}"
            diagnostics = (*diagnostics, Diagnostic(severity="error", message=told))
        return Validation(valid=result.succeeded and not _has_error(diagnostics), diagnostics=diagnostics)

    def identify(self, spec: ExecutionSpec) -> bytes:
        """Return what shapes the answer beside program and input: toolchain, limits, tier.  Raises RequestError."""
        return self._plan(spec).identify()

    def languages(self) -> list[LanguageStatus]:
        """Return every defined language, with its version or what is missing for it."""
        return self.registry.statuses()

    def layers(self) -> tuple[LayerStatus, ...]:
        """Return the layers in force where no tier is asked for."""
        return self._tiers.layers()

    async def pools(self) -> dict[Tier, PoolStatus]:
        """Return how the slots of each tier are; raise SandboxError where a supervisor cannot tell."""
        return await self._tiers.pools()

    @property
    def running(self) -> int:
        """Return how many executions are under way."""
        return self._admission.running

    @property
    def accepting(self) -> bool:
        """Tell whether new work is taken: not any more once draining has begun."""
        return not self._admission.closed

    async def wait_lost(self) -> None:
        """Return once a sandbox can start nothing any more, and never will: this process is of no use then."""
        await self._tiers.wait_lost()

    async def drain(self, grace: timedelta) -> None:
        """Take no more work; let what runs finish within the grace period, then kill it."""
        await self._admission.drain(grace)

    def make_for(self, uid: int, gid: int) -> None:
        """Make ready what is written later, when this process, root, will have become this user."""
        self._compiler.make_for(uid, gid)

    def _plan(self, spec: ExecutionSpec) -> Plan:
        spec = replace(spec, tier=self._tiers.choose(spec.tier))
        if spec.terminal is not None:
            self._tiers.get(spec.tier).check_terminal()
        return Plan(spec, registry=self.registry, kinds=self._kinds, policy=self.policy)

    async def _compile(self, plan: Plan, on_event: Callable[[Event], None]) -> Compiled:
        if not plan.compiles:
            return Compiled(None)
        order, identity = plan.compile_order()
        if plan.spec.compile_anew:
            return await self._compiler.compile_anew(order, on_event)
        return await self._compiler.compile(order, identity, on_event)

    async def _run(
        self, plan: RunPlan, given: RunInput, on_event: Callable[[Event], None], control: Control | None = None
    ) -> ExecutionResult:
        order = plan.order(given)
        finished = await run_step(self._tiers.get(order.tier), order, on_event, control)
        artifacts = self._read_artifacts(finished.files, order.limits)
        execution = _execution(plan.plan, plan.compiled)
        return replace(execution, run=finished.result, artifacts=artifacts, artifacts_left_out=finished.files_left_out)

    def _read_artifacts(self, files: list[FileOut], limits: Limits) -> tuple[Artifact, ...]:
        """Read what came out, in all no more than the disk could hold: holes and many names take no room there."""
        room, artifacts = limits.disk_bytes, []
        for file in sorted(files, key=lambda file: file.path):
            content = read_file(file, limit=min(self.policy.artifact_bytes, room))
            room -= len(content or b"")
            artifacts.append(Artifact(path=os.fsdecode(file.path), size_bytes=file.size, content=content))
        return tuple(artifacts)


def _execution(plan: Plan, compiled: Compiled) -> ExecutionResult:
    """Return what is known of the execution before the program has run."""
    runtime = plan.runtime
    return ExecutionResult(
        language=runtime.language.id, language_version=runtime.version, compile=compiled.result, run=None
    )


def _has_error(diagnostics: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
