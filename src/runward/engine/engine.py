"""The engine: an execution from its specification to its result."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Self

from runward.domain.diagnostic import Diagnostic
from runward.domain.errors import RequestError, SandboxError
from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Outcome, Step
from runward.engine.admission import Admission
from runward.engine.policy import EnginePolicy
from runward.engine.program import check_imports, check_program, find_entry
from runward.engine.result import Artifact, Event, ExecutionResult, StepResult, Validation
from runward.engine.spec import ExecutionSpec, InputFile
from runward.engine.step import Finished, StepOrder, ignore, read_file, run_step
from runward.languages import LanguageStatus, Registry, Runtime, StepCommand
from runward.sandbox import BoxFile, FileOut, LayerStatus, Sandbox, close_fds

_COMPILED_FILES = 4096
# A compiled file up to this size goes over as bytes, a larger one as a descriptor, which is never copied by us.
_INLINE_BYTES = 64 * 1024


class Engine:
    """Runs programs; use it as an asynchronous context manager."""

    def __init__(
        self, *, registry: Registry, sandbox: Sandbox, kinds: Mapping[tuple[str, Step], str], policy: EnginePolicy
    ) -> None:
        self.registry, self.policy = registry, policy
        self._sandbox, self._kinds = sandbox, kinds
        self._admission = Admission(concurrency=policy.concurrency, queue_limit=policy.queue_limit)

    async def __aenter__(self) -> Self:
        await self._sandbox.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._admission.drain(timedelta(0))
        await self._sandbox.close()

    async def run(self, spec: ExecutionSpec, *, on_event: Callable[[Event], None] | None = None) -> ExecutionResult:
        """Compile where the language needs it, run, and collect.

        A program that fails is a result.  Raises RequestError (the caller can mend it), QueueFull, ShuttingDown, or
        SandboxError (ours; the same call may succeed later).  Cancelling kills the program.
        """
        runtime, entry = self._prepare(spec)
        limits = self._limits(Step.RUN, spec.limits, runtime)  # first: a wish that is refused must not cost a compile
        listener = on_event or ignore
        async with self._admission.place():
            compiled: Finished | None = None
            if Step.COMPILE in runtime.steps:
                compiled = await self._compile(spec, runtime, entry, listener)
                if not compiled.result.succeeded:
                    close_fds([file.fd for file in compiled.files])
                    return self._execution(runtime, compiled.result, None, ())
            files = compiled.files if compiled else []
            try:
                finished = await self._run(spec, runtime, entry, limits, files, listener)
            finally:
                close_fds([file.fd for file in files])
            artifacts = self._read_artifacts(finished.files, limits)
        execution = self._execution(runtime, compiled.result if compiled else None, finished.result, artifacts)
        return replace(execution, artifacts_left_out=finished.files_left_out)

    async def validate(self, spec: ExecutionSpec) -> Validation:
        """Check syntax, and types where the toolchain checks them, without running the program."""
        runtime, entry = self._prepare(spec)
        limits = self._limits(Step.VALIDATE, spec.compile_limits, runtime)
        sources = [file.path for file in spec.files]
        command = runtime.validate_command(
            sources=sources, entry=entry.path, memory_bytes=limits.memory_bytes, flags=spec.compiler_flags
        )
        async with self._admission.place():
            order = self._order(Step.VALIDATE, runtime, command, spec, limits)
            finished = await run_step(self._sandbox, order, ignore)
        result = finished.result
        diagnostics = runtime.parse_diagnostics(result.stdout, result.stderr, result.exit_code)
        if result.outcome is not Outcome.EXITED:
            told = f"the program could not be checked: {result.outcome}, {result.message}"
            diagnostics = (*diagnostics, Diagnostic(severity="error", message=told))
        return Validation(valid=result.succeeded and not _has_error(diagnostics), diagnostics=diagnostics)

    def languages(self) -> list[LanguageStatus]:
        """Return every defined language, with its version or what is missing for it."""
        return self.registry.statuses()

    def layers(self) -> tuple[LayerStatus, ...]:
        """Return the layers of the sandbox in force."""
        return self._sandbox.layers

    @property
    def running(self) -> int:
        """Return how many executions are under way."""
        return self._admission.running

    @property
    def accepting(self) -> bool:
        """Tell whether new work is taken: not any more once draining has begun."""
        return not self._admission.closed

    async def drain(self, grace: timedelta) -> None:
        """Take no more work; let what runs finish within the grace period, then kill it."""
        await self._admission.drain(grace)

    def _prepare(self, spec: ExecutionSpec) -> tuple[Runtime, InputFile]:
        language = self.registry.get(spec.language)
        check_program(spec)
        entry = find_entry(spec, language)
        check_imports(spec, language, self.policy.blocked_imports.get(language.id, frozenset()))
        return self.registry.runtime(language.id), entry

    async def _compile(
        self, spec: ExecutionSpec, runtime: Runtime, entry: InputFile, on_event: Callable[[Event], None]
    ) -> Finished:
        limits = self._limits(Step.COMPILE, spec.compile_limits, runtime)
        command = runtime.compile_command(
            sources=[file.path for file in spec.files],
            entry=entry.path,
            flags=spec.compiler_flags,
            memory_bytes=limits.memory_bytes,
        )
        assert command is not None, "only called for languages with a compile step"
        order = self._order(Step.COMPILE, runtime, command, spec, limits)
        order = replace(order, collect=command.outputs, max_files=_COMPILED_FILES)
        return await run_step(self._sandbox, order, on_event)

    async def _run(
        self,
        spec: ExecutionSpec,
        runtime: Runtime,
        entry: InputFile,
        limits: Limits,
        compiled: list[FileOut],
        on_event: Callable[[Event], None],
    ) -> Finished:
        if (size := sum(file.size for file in compiled)) > limits.disk_bytes:
            told = (
                f"what the compiler made ({size} bytes) does not fit into the disk limit of {limits.disk_bytes} bytes"
            )
            raise RequestError(told)
        command = runtime.run_command(
            entry=entry.path,
            sources=[file.path for file in spec.files],
            arguments=spec.arguments,
            memory_bytes=limits.memory_bytes,
            entry_source=entry.content,
        )
        order = self._order(Step.RUN, runtime, command, spec, limits, compiled)
        order = replace(order, stdin=spec.stdin, collect=spec.artifacts, max_files=self.policy.artifact_count)
        return await run_step(self._sandbox, order, on_event)

    def _order(
        self,
        step: Step,
        runtime: Runtime,
        command: StepCommand,
        spec: ExecutionSpec,
        limits: Limits,
        compiled: Sequence[FileOut] = (),
    ) -> StepOrder:
        kind = self._kinds.get((runtime.language.id, step))
        if kind is None:
            raise SandboxError(f"the sandbox was started without {runtime.language.id}; restart it to use the language")
        environment = dict(command.environment)
        if step is Step.RUN:
            environment |= spec.environment
        files = _box_files(spec.files, command, compiled)
        return StepOrder(step=step, kind=kind, command=command, environment=environment, files=files, limits=limits)

    def _limits(self, step: Step, request: LimitRequest, runtime: Runtime) -> Limits:
        language = runtime.language
        own = language.limits.get(step, LimitRequest())
        return self.policy.limits_for(step, request, language=own, time_factor=language.time_factor)

    def _read_artifacts(self, files: list[FileOut], limits: Limits) -> tuple[Artifact, ...]:
        """Read what came out, in all no more than the disk could hold: holes and many names take no room there."""
        room, artifacts = limits.disk_bytes, []
        for file in sorted(files, key=lambda file: file.path):
            content = read_file(file, limit=min(self.policy.artifact_bytes, room))
            room -= len(content or b"")
            artifacts.append(Artifact(path=os.fsdecode(file.path), size_bytes=file.size, content=content))
        return tuple(artifacts)

    def _execution(
        self, runtime: Runtime, compiled: StepResult | None, run: StepResult | None, artifacts: tuple[Artifact, ...]
    ) -> ExecutionResult:
        return ExecutionResult(
            language=runtime.language.id,
            language_version=runtime.version,
            compile=compiled,
            run=run,
            artifacts=artifacts,
        )


def _box_files(sent: Sequence[InputFile], command: StepCommand, compiled: Sequence[FileOut]) -> list[BoxFile]:
    """Return what is put into the box; a compiled file wins over a sent one of its name, and that over a default."""
    files = {path: BoxFile(path=path, content=content) for path, content in command.files.items()}
    files |= {file.path: BoxFile(path=file.path, content=file.content, executable=file.executable) for file in sent}
    for file in compiled:
        path = os.fsdecode(file.path)
        content = os.pread(file.fd, file.size, 0) if file.size <= _INLINE_BYTES else file.fd
        files[path] = BoxFile(path=path, content=content, executable=True)
    return list(files.values())


def _has_error(diagnostics: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
