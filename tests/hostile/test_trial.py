"""A trial is named for its kind of slot, and tells when it was tried in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.engine.result import ExecutionResult, StepResult
from runward.hostile import Start, Trial, list_trials
from runward.settings import load_settings
from runward.wiring import open_registry

FORKED = Trial(case="warm/uuid_alone_never_repeats.py", step=Step.RUN, start=Start.FORKED)
STEP = StepResult(
    step=Step.RUN,
    outcome=Outcome.EXITED,
    exit_code=0,
    signal=None,
    stdout=b"",
    stderr=b"",
    stdout_truncated=False,
    stderr_truncated=False,
    usage=Usage(cpu_time=timedelta(0), wall_time=timedelta(0), memory_peak_bytes=0),
)


@pytest.mark.parametrize(
    ("start", "warm", "complaint"),
    [
        (Start.FORKED, True, ""),
        (Start.FORKED, False, "the run step was started cold, not forked"),
        (Start.PRESTARTED, False, "the run step was started cold, not prestarted"),
        (Start.COLD, True, "the run step was started warm, not cold"),
        (Start.SET_ASIDE, True, "the run step was started warm, not set-aside"),
        (Start.SET_ASIDE, False, ""),
    ],
)
def test_a_promise_kept_in_another_kind_of_slot_is_no_promise_kept(start: Start, warm: bool, complaint: str) -> None:
    result = ExecutionResult(language="python", language_version="3", compile=None, run=replace(STEP, warm=warm))
    assert replace(FORKED, start=start).misses(result) == complaint


def test_the_name_of_a_trial_is_the_whole_of_it() -> None:
    trials = list_trials(open_registry(load_settings()))
    assert [Trial.parse(str(trial)) for trial in trials] == trials
    assert len({str(trial) for trial in trials}) == len(trials)


def test_a_word_chooses_by_class_case_kind_or_language() -> None:
    registry = open_registry(load_settings())
    for word in ("kernel/", "fork_bomb", "run-forked", ".java"):
        chosen = list_trials(registry, only=[word])
        assert chosen
        assert all(word in str(trial) for trial in chosen)


def test_a_case_says_its_promise_in_words() -> None:
    assert (FORKED.group, FORKED.promise, FORKED.kind) == ("warm", "uuid alone never repeats", "run-forked")
