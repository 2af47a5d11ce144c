"""What came of an execution."""

from __future__ import annotations

from dataclasses import dataclass

from runward.domain.diagnostic import Diagnostic
from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step ended.  Output is byte-exact; ``message`` says in words what the outcome does not.

    ``warm``: its interpreter had been started ahead.  ``cached``: an equal step had been taken before, and this is its
    result.
    """

    step: Step
    outcome: Outcome
    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    stdout_truncated: bool
    stderr_truncated: bool
    usage: Usage
    message: str = ""
    warm: bool = False
    cached: bool = False

    @property
    def succeeded(self) -> bool:
        """Tell whether the step exited by itself with status zero."""
        return self.outcome is Outcome.EXITED and self.exit_code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file the program wrote; ``content`` is None where it was too large, and ``size_bytes`` tells how large."""

    path: str
    size_bytes: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    """The results of the steps that took place; ``run`` is None where the compile step failed.

    ``artifacts_left_out`` counts files that were asked for beyond the most that are taken.
    """

    language: str
    language_version: str
    compile: StepResult | None
    run: StepResult | None
    artifacts: tuple[Artifact, ...] = ()
    artifacts_left_out: int = 0

    @property
    def last(self) -> StepResult:
        """Return the step that decided the outcome."""
        step = self.run or self.compile
        assert step is not None, "an execution has at least one step"
        return step

    @property
    def outcome(self) -> Outcome:
        """Return the outcome of the whole: that of the run, or of the compile step that failed."""
        return self.last.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came of one of many inputs; ``index`` is its place among them, from 0."""

    index: int
    execution: ExecutionResult

    @property
    def succeeded(self) -> bool:
        """Tell whether the program exited by itself with status zero."""
        return self.execution.last.succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the language's checker said of a program that was not run."""

    valid: bool
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step has begun."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Bytes as they came from the program; ``stream`` is ``stdout`` or ``stderr``."""

    step: Step
    stream: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step has ended, and how."""

    result: StepResult


Event = StepStarted | Output | StepEnded
