"""A trial: a case in one kind of slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runward.domain.outcome import Step
from runward.engine.result import ExecutionResult
from runward.hostile.case import CASES, LANGUAGES, Case, load, paths
from runward.hostile.placement import aside, fits_aside, fits_compiler, into_compiler
from runward.languages import Language, Registry, WarmKind


class Start(StrEnum):
    """How the step that a case attacks from is started, which makes the kind of its slot.

    ``cold``: executed in a slot that waited with nothing in it.  ``forked``: out of a warm interpreter.  ``prestarted``: its
    interpreter waited in the slot.  ``set-aside``: one waited, but could not take the request, and the program was executed
    in its slot.  ``none``: the request must be refused before it gets a slot.
    """

    COLD = "cold"
    FORKED = "forked"
    PRESTARTED = "prestarted"
    SET_ASIDE = "set-aside"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A case and the kind of slot; ``str()`` of it names it, for people and between processes."""

    case: str
    step: Step
    start: Start

    def __str__(self) -> str:
        return f"{self.case}/{self.kind}"

    @classmethod
    def parse(cls, name: str) -> Trial:
        """Return the trial of this name."""
        case, _, kind = name.rpartition("/")
        step, _, start = kind.partition("-")
        return cls(case=case, step=Step(step), start=Start(start))

    @property
    def kind(self) -> str:
        """Return the kind of slot in a word, such as ``run-forked``."""
        return f"{self.step}-{self.start}"

    @property
    def group(self) -> str:
        """Return the class of the case."""
        return self.case.partition("/")[0]

    @property
    def promise(self) -> str:
        """Return the case's promise in words."""
        return Path(self.case).stem.replace("_", " ")

    @property
    def language(self) -> str:
        """Return the language that the case is written in."""
        return LANGUAGES[Path(self.case).suffix][0]

    @property
    def path(self) -> Path:
        """Return the program."""
        return CASES / self.case

    @property
    def expects_warm(self) -> bool:
        """Tell whether the step must have gone on in an interpreter that was there before."""
        return self.start in {Start.FORKED, Start.PRESTARTED}

    def place(self, case: Case) -> Case:
        """Return the case as it is tried in this kind of slot."""
        if self.step is not case.attacks:
            return into_compiler(case)
        if self.start is Start.SET_ASIDE and not case.fresh:
            return aside(case, self.language)
        return case

    def misses(self, result: ExecutionResult) -> str:
        """Say how the step was started instead of as it should; nothing where that is right, or it did not take place."""
        step = result.compile if self.step is Step.COMPILE else result.run
        if step is None or (self.step is Step.COMPILE and step.cached) or step.warm == self.expects_warm:
            return ""
        return f"the {self.step} step was started {'warm' if step.warm else 'cold'}, not {self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What came of a trial: ``complaints`` say how the promise was broken, ``lacking`` why it could not be tried."""

    trial: str
    complaints: tuple[str, ...] = ()
    lacking: str = ""
    seconds: float = 0

    @property
    def holds(self) -> bool:
        """Tell whether it was tried, and the promise holds."""
        return not self.complaints and not self.lacking


def list_trials(registry: Registry, *, only: Sequence[str] = ()) -> list[Trial]:
    """List every case in each kind of slot that its step has, by class; with ``only``, those that bear one of the words."""
    trials = [trial for path in paths() for trial in trials_of(load(path), registry.get(LANGUAGES[path.suffix][0]))]
    return [trial for trial in trials if not only or any(word in str(trial) for word in only)]


def trials_of(case: Case, language: Language) -> list[Trial]:
    """Return the trials of a case."""
    if case.expected.refused is not None:
        kinds = [(case.attacks, Start.NONE)]
    else:
        kinds = [(case.attacks, start) for start in _starts(case, language)]
    if fits_compiler(case, language.id):
        kinds.append((Step.COMPILE, Start.COLD))
    return [Trial(case=f"{case.group}/{case.path.name}", step=step, start=start) for step, start in kinds]


def _starts(case: Case, language: Language) -> list[Start]:
    waiting = waiting_start(language, case.attacks)
    if waiting is None:
        return [Start.COLD]
    starts = [Start.COLD] if case.fresh else [Start.COLD, waiting]
    # What is started ahead in its slot is left alone by a request that it cannot take: that gets a cold slot.
    if waiting is Start.FORKED and (case.fresh or fits_aside(case, language.id)):
        starts.append(Start.SET_ASIDE)
    return starts


def waiting_start(language: Language, step: Step) -> Start | None:
    """Return how the step is started where an interpreter waits for it; None if the definition has none wait."""
    for toolchain in language.toolchains:
        recipe = toolchain.steps.get(step)
        if recipe is not None and recipe.warm is not None:
            return Start.FORKED if recipe.warm.kind is WarmKind.FORK else Start.PRESTARTED
    return None
