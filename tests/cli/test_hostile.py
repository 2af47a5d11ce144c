"""`runward doctor --hostile` tells people and programs which promises hold, and its exit status is whether all do."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from runward.cli.hostile import Absent, HostileReport, tell_class, tell_rest
from runward.domain.outcome import Step
from runward.hostile import Start, Trial, TrialResult
from tests.cli.conftest import Runward

TRIAL = Trial(case="warm/uuid_alone_never_repeats.py", step=Step.RUN, start=Start.FORKED)
HELD = TrialResult(trial=str(TRIAL), seconds=0.5)
BROKEN = TrialResult(trial=str(TRIAL), complaints=("runs printed the same: b'[x]'", "left behind: cgroups"))
LACKING = TrialResult(trial=str(TRIAL), lacking="no interpreter waits")
JAVA = Absent(language="java", trials=3, install="runward languages install java")


def report(*results: TrialResult, left_behind: tuple[str, ...] = ()) -> HostileReport:
    return HostileReport(results=tuple((TRIAL, each) for each in results), absent=(JAVA,), left_behind=left_behind)


def shown(of: HostileReport) -> str:
    output = io.StringIO()
    console = Console(file=output, width=60)
    tell_class("warm", of.results, console)
    tell_rest(of, console)
    return output.getvalue()


def test_one_case_is_tried_in_each_kind_of_slot(runward: Runward) -> None:
    done = runward("doctor", "--hostile", "--only", "exit_status_137")
    assert done.returncode == 0, done.stderr
    assert b"processes  3 of 3 hold" in done.stdout
    assert b"By kind of slot: 1 run-cold, 1 run-forked, 1 run-set-aside" in done.stdout


def test_programs_get_every_trial_as_json(runward: Runward) -> None:
    done = runward("doctor", "--hostile", "--json", "--only", "sigusr1", "--workers", "1")
    told = json.loads(done.stdout)
    assert (done.returncode, told["holds"], told["left_behind"]) == (0, True, [])
    (trial,) = told["trials"]
    assert (trial["class"], trial["kind"], trial["state"]) == ("processes", "run-cold", "holds")
    assert Path(trial["program"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--hostile", "--only", "no_such_case"), b"no case bears no_such_case"),
        (("--only", "warm/"), b"give --hostile"),
        (("--workers", "2"), b"give --hostile"),
    ],
)
def test_a_choice_that_chooses_nothing_is_an_error_of_usage(
    runward: Runward, arguments: tuple[str, ...], told: bytes
) -> None:
    done = runward("doctor", *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_broken_promise_is_told_with_what_was_seen_and_where_the_program_is() -> None:
    text = shown(report(HELD, BROKEN))
    assert "warm       1 of 2 hold" in text
    assert "promised: uuid alone never repeats (run-forked)" in text
    assert "    seen: runs printed the same: b'[x]'\n    seen: left behind: cgroups\n" in text
    assert f"    program: {TRIAL.path}\n" in text


def test_what_could_not_be_tried_is_told_and_breaks_nothing() -> None:
    of = report(HELD, LACKING)
    text = shown(of)
    assert of.holds
    assert "warm       1 of 1 hold" in text
    assert "Not tried (1): no interpreter waits" in text
    assert "  runward languages install java\n" in text
    assert [trial["state"] for trial in json.loads(of.describe())["trials"]] == ["holds", "lacking"]


def test_what_is_left_behind_breaks_the_promise_of_all() -> None:
    of = report(HELD, left_behind=("cgroups: 1 became 2",))
    assert not of.holds
    assert "left behind: cgroups: 1 became 2" in shown(of)


def test_no_promise_is_kept_where_one_is_broken() -> None:
    assert report(HELD).holds
    assert not report(HELD, BROKEN).holds
