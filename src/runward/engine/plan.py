"""A program and the runtime that this host has for it: what each of its steps is told to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace

from runward.domain.errors import RequestError, SandboxError
from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Step
from runward.engine.compiled import Compiled
from runward.engine.policy import EnginePolicy
from runward.engine.program import check_imports, check_input, check_program, find_entry
from runward.engine.spec import ExecutionSpec, InputFile, RunInput
from runward.engine.step import StepOrder
from runward.languages import Registry, StepCommand, identity_of
from runward.sandbox import BoxFile

_COMPILED_FILES = 4096
# What nearly every terminal that people have understands.
_TERMINAL = {"TERM": "xterm-256color"}


class Plan:
    """Checks a program, and makes the orders of its steps; RequestError says what its sender can mend."""

    def __init__(
        self, spec: ExecutionSpec, *, registry: Registry, kinds: Mapping[tuple[str, Step], str], policy: EnginePolicy
    ) -> None:
        language = registry.get(spec.language)
        check_program(spec)
        self.entry = find_entry(spec, language)
        check_imports(spec.files, language, policy)
        self.spec, self.runtime = spec, registry.runtime(language.id)
        self.policy, self._kinds = policy, kinds
        self.sources = [file.path for file in spec.files]
        self._run_limits: tuple[LimitRequest, Limits] | None = None

    @property
    def compiles(self) -> bool:
        """Tell whether there is a compile step."""
        return Step.COMPILE in self.runtime.steps

    def check(self, given: RunInput) -> None:
        """Raise RequestError where the program cannot be given this."""
        check_input(given, self.spec)
        check_imports(given.files, self.runtime.language, self.policy)
        self.run_limits(given)

    def run_limits(self, given: RunInput) -> Limits:
        """Return the limits of a run; many runs in a row ask for the same."""
        request = self.spec.limits if given.limits is None else given.limits
        if self._run_limits is None or self._run_limits[0] != request:
            self._run_limits = request, self._limits(Step.RUN, request)
        return self._run_limits[1]

    def identify(self) -> bytes:
        """Return what shapes the answer beside program and input; no part is left out that could."""
        limits = [self._limits(Step.RUN, self.spec.limits), self._limits(Step.COMPILE, self.spec.compile_limits)]
        bounds = [[str(limit) for limit in astuple(each)] for each in limits]
        steps = [identity_of(self.runtime, step).decode() for step in self.runtime.steps]
        policy = [self.policy.artifact_bytes, self.policy.artifact_count]
        return json.dumps([self.spec.tier, bounds, steps, policy]).encode()

    def compile_order(self) -> tuple[StepOrder, bytes]:
        """Return the order of the compile step, and the identity of the runtime that takes it."""
        limits = self._limits(Step.COMPILE, self.spec.compile_limits)
        command = self.runtime.compile_command(
            sources=self.sources,
            entry=self.entry.path,
            flags=self.spec.compiler_flags,
            memory_bytes=limits.memory_bytes,
        )
        assert command is not None, "only called for languages with a compile step"
        order = self._order(Step.COMPILE, command, limits)
        # A compiler may end otherwise on another kernel, so what was compiled in one tier is kept for that one.
        identity = identity_of(self.runtime, Step.COMPILE) + (self.spec.tier or "").encode()
        return replace(order, collect=command.outputs, max_files=_COMPILED_FILES), identity

    def validate_order(self) -> StepOrder:
        """Return the order of the step that checks the program without running it."""
        limits = self._limits(Step.VALIDATE, self.spec.compile_limits)
        command = self.runtime.validate_command(
            sources=self.sources,
            entry=self.entry.path,
            memory_bytes=limits.memory_bytes,
            flags=self.spec.compiler_flags,
        )
        return self._order(Step.VALIDATE, command, limits)

    def kind(self, step: Step) -> str:
        """Return the kind of slot that a step takes."""
        language = self.runtime.language.id
        kind = self._kinds.get((language, step))
        if kind is None:
            raise SandboxError(f"the sandbox was started without {language}; restart it to use the language")
        return kind

    def _order(self, step: Step, command: StepCommand, limits: Limits) -> StepOrder:
        return StepOrder(
            step=step,
            kind=self.kind(step),
            command=command,
            environment=dict(command.environment),
            files=box_files(self.spec.files, command, ()),
            limits=limits,
            tier=self.spec.tier,
        )

    def _limits(self, step: Step, request: LimitRequest) -> Limits:
        language = self.runtime.language
        own = language.limits.get(step, LimitRequest())
        return self.policy.limits_for(step, request, language=own, time_factor=language.time_factor)


class RunPlan:
    """A plan whose program is compiled: makes the orders of its runs, however many, from parts made once."""

    def __init__(self, plan: Plan, compiled: Compiled) -> None:
        self.plan, self.compiled = plan, compiled
        self._kind = plan.kind(Step.RUN)
        self._made_for: tuple[tuple[str, ...], int] | None = None
        self._made: tuple[StepCommand, Sequence[BoxFile]]

    def order(self, given: RunInput) -> StepOrder:
        """Return the order of a run."""
        spec, limits = self.plan.spec, self.plan.run_limits(given)
        if (size := self.compiled.size_bytes) > limits.disk_bytes:
            told = (
                f"what the compiler made ({size} bytes) does not fit into the disk limit of {limits.disk_bytes} bytes"
            )
            raise RequestError(told)
        arguments = spec.arguments if given.arguments is None else given.arguments
        command, files = self._parts(arguments, limits.memory_bytes)
        if given.files:
            files = self._with_files(given.files, command)
        terminal = _TERMINAL if spec.terminal is not None else {}
        return StepOrder(
            step=Step.RUN,
            kind=self._kind,
            command=command,
            environment={**command.environment, **terminal, **spec.environment, **given.environment},
            files=files,
            limits=limits,
            stdin=given.stdin,
            collect=spec.artifacts if given.artifacts is None else given.artifacts,
            max_files=self.plan.policy.artifact_count,
            tier=spec.tier,
            terminal=spec.terminal,
        )

    def _parts(self, arguments: tuple[str, ...], memory_bytes: int) -> tuple[StepCommand, Sequence[BoxFile]]:
        """Return command and files; many runs in a row differ in neither."""
        if self._made_for != (arguments, memory_bytes):
            plan = self.plan
            command = plan.runtime.run_command(
                entry=plan.entry.path,
                sources=plan.sources,
                arguments=arguments,
                memory_bytes=memory_bytes,
                entry_source=plan.entry.content,
            )
            self._made = command, box_files(plan.spec.files, command, self.compiled.files)
            self._made_for = arguments, memory_bytes
        return self._made

    def _with_files(self, files: Sequence[InputFile], command: StepCommand) -> Sequence[BoxFile]:
        taken = {file.path for file in files} & {file.path for file in self.compiled.files}
        if taken:
            raise RequestError(f"the compiler made a file of the name {min(taken)!r}; choose another for the input")
        return box_files([*self.plan.spec.files, *files], command, self.compiled.files)


def box_files(sent: Sequence[InputFile], command: StepCommand, compiled: Sequence[BoxFile]) -> list[BoxFile]:
    """Return what is put into the box; a compiled file wins over a sent one of its name, and that over a default."""
    files = {path: BoxFile(path=path, content=content) for path, content in command.files.items()}
    files |= {file.path: BoxFile(path=file.path, content=file.content, executable=file.executable) for file in sent}
    files |= {file.path: file for file in compiled}
    return list(files.values())
