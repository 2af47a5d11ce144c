"""Every hostile case in every kind of slot, through the real stack, as whoever runs the tests."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from runward.domain.outcome import Step
from runward.hostile import CLASSES, Start, Suite, Trial, list_trials, waiting_start
from runward.settings import load_settings
from runward.wiring import open_registry

REGISTRY = open_registry(load_settings())
ALL = list_trials(REGISTRY)


def _trials() -> list[Trial]:
    if os.geteuid() == 0:
        return ALL
    # A toolchain may lie where only the administrator may read; as root, every language must be there.
    there = {status.id for status in REGISTRY.statuses() if status.available}
    return [trial for trial in ALL if trial.language in there]


@pytest.mark.parametrize("trial", _trials(), ids=lambda trial: str(trial).replace("/", "-"))
async def test_promise_holds(suite: Suite, trial: Trial) -> None:
    result = await suite.result(trial)
    assert not result.lacking
    assert not result.complaints, "\n".join(result.complaints)


async def test_closed_platform_leaves_nothing_behind(suite: Suite) -> None:
    assert await suite.finish() == []


def test_every_class_has_its_cases() -> None:
    cases = Counter(trial.group for trial in {trial.case: trial for trial in ALL}.values())
    assert set(cases) == set(CLASSES)
    assert min(cases.values()) >= 14
    assert sum(cases.values()) >= 300


def test_every_kind_of_slot_has_its_cases() -> None:
    kinds = Counter(trial.kind for trial in ALL)
    waiting = {
        f"{step}-{start}" for each in REGISTRY.languages for step in Step if (start := waiting_start(each, step))
    }
    assert {"run-cold", "compile-cold", "run-set-aside", *waiting} <= set(kinds)
    assert kinds["run-cold"] >= 200
    assert min(kinds["run-forked"], kinds["run-set-aside"], kinds["compile-cold"]) >= 80


@pytest.mark.parametrize("kind", ["run-cold", "run-forked", "run-set-aside"])
def test_every_class_is_tried_in_every_kind_of_run(kind: str) -> None:
    assert {trial.group for trial in ALL if trial.kind == kind} >= set(CLASSES) - {"compile"}


def test_every_run_in_a_warm_interpreter_is_made_cold_too() -> None:
    cold = {trial.case for trial in ALL if trial.step is Step.RUN and trial.start is Start.COLD}
    assert {trial.case for trial in ALL if trial.step is Step.RUN and trial.expects_warm} <= cold
