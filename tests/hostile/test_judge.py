"""The suite's own judgement: it must see what it is there to see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from runward.domain.limits import LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.domain.usage import Usage
from runward.engine.result import Artifact, ExecutionResult, StepResult
from runward.engine.spec import ExecutionSpec, InputFile
from runward.hostile.case import Expectation, load
from runward.hostile.judge import judge, judge_distinct

SPEC = ExecutionSpec(language="c", files=(InputFile(path="main.c", content=b""),))
STEP = StepResult(
    step=Step.RUN,
    outcome=Outcome.EXITED,
    exit_code=0,
    signal=None,
    stdout=b"mount: EPERM\n",
    stderr=b"",
    stdout_truncated=False,
    stderr_truncated=False,
    usage=Usage(cpu_time=timedelta(0), wall_time=timedelta(0), memory_peak_bytes=0),
)
EXPECTED = Expectation(exit_code=0, answers={"mount": "EPERM|ENOSYS"})


def judged(step: StepResult, expected: Expectation = EXPECTED, spec: ExecutionSpec = SPEC) -> str:
    result = ExecutionResult(
        language="c",
        language_version="1",
        compile=None,
        run=step,
        artifacts=(Artifact(path="out", size_bytes=3, content=b"out"),),
    )
    return "\n".join(judge(expected, spec, result, [b"token-1"]))


def test_promise_that_holds_has_no_complaint() -> None:
    assert judged(STEP) == ""


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        (replace(STEP, stdout=b"mount: EPERM\nESCAPED: it\n"), "ESCAPED: it"),
        (replace(STEP, stdout=b"mount: EPERM\ncannot try: it\n"), "cannot try"),
        (replace(STEP, stdout=b"mount: EPERM\n", stderr=b"token-1"), "a secret of the host came out"),
        (replace(STEP, stdout=b""), "did not try mount"),
        (replace(STEP, stdout=b"mount: EINVAL\n"), "answered with EINVAL"),
        (replace(STEP, stdout=b"mount: EPERM\nbind: EPERM\n"), "promises nothing"),
        (replace(STEP, exit_code=1), "not with status 0"),
        (replace(STEP, outcome=Outcome.SIGNALED, exit_code=None, signal=9), "outcome is signaled"),
        (replace(STEP, step=Step.COMPILE), "decided in the compile step"),
        (replace(STEP, stdout_truncated=True), "truncated streams"),
    ],
)
def test_broken_promise_is_complained_of(step: StepResult, complaint: str) -> None:
    assert complaint in judged(step)


def test_usage_beyond_the_limits_is_complained_of() -> None:
    limits = LimitRequest(cpu_time=timedelta(seconds=1), memory_bytes=1000, output_bytes=3)
    usage = Usage(cpu_time=timedelta(hours=9), wall_time=timedelta(0), memory_peak_bytes=1 << 30)
    complaints = judged(replace(STEP, usage=usage), spec=replace(SPEC, limits=limits))
    assert "of CPU" in complaints
    assert "bytes, with a limit of 1000" in complaints
    assert "more output through" in complaints


def test_file_that_should_not_come_out_is_complained_of() -> None:
    assert "the files that came out" in judged(STEP, replace(EXPECTED, artifacts={}))


def test_outputs_that_repeat_are_complained_of() -> None:
    result = ExecutionResult(language="c", language_version="1", compile=None, run=STEP)
    assert judge_distinct([result, result])
    assert not judge_distinct([result])


def test_header_with_a_typo_is_refused(tmp_path: Path) -> None:
    case = tmp_path / "promise.c"
    case.write_text('//: exit_cod = 1\n//: outcome = "exited"\nint main(void) { return 1; }\n')
    with pytest.raises(ValueError, match="exit_cod"):
        load(case)
