"""`runward doctor --hostile`: the hostile suite on this host, told class by class."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from runward.domain.errors import RequestError
from runward.hostile import CLASSES, HELLO_LANGUAGE, Suite, Trial, TrialResult, list_trials
from runward.languages import LanguageStatus, Registry
from runward.settings import Settings
from runward.wiring import open_registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A language that cases are written in and that is not here; ``install`` is the command that brings it."""

    language: str
    trials: int
    install: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileReport:
    """What came of every trial, what could not be tried, and what the closed platform left behind."""

    results: tuple[tuple[Trial, TrialResult], ...]
    absent: tuple[Absent, ...]
    left_behind: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether no promise was broken."""
        return not self.left_behind and not any(result.complaints for _, result in self.results)

    def describe(self) -> str:
        """Return all of it as JSON."""
        trials = [
            {
                "class": trial.group,
                "promise": trial.promise,
                "kind": trial.kind,
                "language": trial.language,
                "state": _state(result),
                "complaints": result.complaints,
                "lacking": result.lacking,
                "seconds": result.seconds,
                "program": str(trial.path),
            }
            for trial, result in self.results
        ]
        absent = [{"language": each.language, "trials": each.trials, "install": each.install} for each in self.absent]
        whole = {"holds": self.holds, "root": os.geteuid() == 0, "trials": trials, "absent": absent}
        return json.dumps(whole | {"left_behind": self.left_behind}, indent=2)


async def try_hostile(
    settings: Settings, *, only: Sequence[str], workers: int | None, console: Console | None
) -> HostileReport:
    """Try the suite, or what bears one of the words of ``only``; tell each class on the console as it is done."""
    registry = open_registry(settings)
    registry.runtime(HELLO_LANGUAGE)  # without it nothing can be judged, and the error tells how to bring it
    trials, absent = _split(list_trials(registry, only=only), registry)
    if not trials and not absent:
        classes = ", ".join(CLASSES)
        raise RequestError(f"no case bears {' or '.join(only)} in its name; a class is one of {classes}")
    if console:
        console.print(_opening(trials))
    results: list[tuple[Trial, TrialResult]] = []
    progress = Progress(
        console=Console(stderr=True), transient=True, disable=console is None or not sys.stderr.isatty()
    )
    async with Suite(trials, workers=workers) as suite:
        with progress:
            task = progress.add_task("", total=len(trials))
            for group, members in groupby(trials, key=lambda trial: trial.group):
                of_class = []
                for trial in members:
                    progress.update(task, description=f"{trial.group}: {trial.promise}"[:60], advance=1)
                    of_class.append((trial, await suite.result(trial)))
                results += of_class
                if console:
                    tell_class(group, of_class, console)
        left = tuple(await suite.finish())
    return HostileReport(results=tuple(results), absent=tuple(absent), left_behind=left)


def tell_class(group: str, results: Sequence[tuple[Trial, TrialResult]], console: Console) -> None:
    """Print how many promises of a class hold, and what was seen of each that does not."""
    states = Counter(_state(result) for _, result in results)
    tried = states["holds"] + states["broken"]
    line = Text(f"{group:<10} {states['holds']} of {tried} hold", "red" if states["broken"] else "green")
    console.print(line + Text(f"  {CLASSES[group]}", "dim"), no_wrap=True, overflow="ellipsis")
    for trial, result in results:
        if result.complaints:
            _tell_broken(trial, result, console)


def tell_rest(report: HostileReport, console: Console) -> None:
    """Print what concerns no single class: what was not tried, and the sum."""
    for reason, count in Counter(result.lacking for _, result in report.results if result.lacking).items():
        console.print(Text(f"Not tried ({count}): {reason}", "yellow"))
    for each in report.absent:
        console.print(Text(f"Not tried ({each.trials}): {each.language} is not here; to add it:", "yellow"))
        console.print(Text(f"  {each.install}"), soft_wrap=True)
    for line in report.left_behind:
        console.print(Text(f"The closed platform left behind: {line}", "red"))
    states = Counter(_state(result) for _, result in report.results)
    kinds = Counter(trial.kind for trial, result in report.results if result.holds)
    console.print(Text("By kind of slot: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))))
    text = f"{len(report.results)} trials: {states['holds']} hold, {states['broken']} broken, {states['lacking']} not tried"
    console.print(Text(text, "green" if report.holds else "red"))


def _split(trials: Iterable[Trial], registry: Registry) -> tuple[list[Trial], list[Absent]]:
    """Part the trials that can be run here from the languages that are missing for the others."""
    missing: dict[str, LanguageStatus] = {each.id: each for each in registry.statuses() if not each.available}
    trials = list(trials)
    count = Counter(trial.language for trial in trials if trial.language in missing)
    absent = [Absent(language=name, trials=count[name], install=missing[name].install) for name in sorted(count)]
    return [trial for trial in trials if trial.language not in missing], absent


def _opening(trials: Sequence[Trial]) -> Text:
    cases, kinds = len({trial.case for trial in trials}), len({trial.kind for trial in trials})
    who = "as root" if os.geteuid() == 0 else "as an ordinary user"
    return Text(f"{cases} hostile programs, in {kinds} kinds of slot {len(trials)} trials, {who}.")


def _tell_broken(trial: Trial, result: TrialResult, console: Console) -> None:
    console.print(Text(f"  promised: {trial.promise} ({trial.kind})", "bold red"))
    for complaint in result.complaints:
        console.print(Text(f"    seen: {complaint}"), soft_wrap=True)
    console.print(Text(f"    program: {trial.path}"), soft_wrap=True)


def _state(result: TrialResult) -> str:
    if result.complaints:
        return "broken"
    return "lacking" if result.lacking else "holds"
