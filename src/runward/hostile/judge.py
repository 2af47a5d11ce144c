"""Compare what came of a case with what its header promises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from runward.domain.limits import Limits
from runward.domain.outcome import Outcome, Step
from runward.engine.result import ExecutionResult, StepResult
from runward.engine.spec import ExecutionSpec
from runward.hostile.case import SCALE, Expectation

_NEVER = ("ESCAPED", "^cannot try")
# Deadlines are events, but the kernel, on a busy machine, may take a while to end a program.
_TIME_SLACK = timedelta(seconds=2) * SCALE
_MEMORY_SLACK = 1 << 20


def judge(expected: Expectation, spec: ExecutionSpec, result: ExecutionResult, secrets: Sequence[bytes]) -> list[str]:
    """Say in words all that is wrong with a result; nothing means that the promise holds."""
    step = result.last
    wrong = _ending(expected, step)
    wrong += _text(expected, step)
    wrong += _files(expected, spec, result)
    wrong += _limits(expected, spec, result)
    for secret in secrets:
        if any(secret in data for data in _everything(result)):
            wrong.append(f"a secret of the host came out: {secret!r}")
    return wrong


def judge_distinct(results: Sequence[ExecutionResult]) -> list[str]:
    """Say which output came more than once, where every run must print another."""
    outputs = [result.last.stdout for result in results]
    return [f"runs printed the same: {output!r}" for output in set(outputs) if outputs.count(output) > 1]


def _ending(expected: Expectation, step: StepResult) -> list[str]:
    wrong = []
    if expected.step is not None and step.step is not expected.step:
        wrong.append(f"it was decided in the {step.step} step, not in the {expected.step} step")
    if step.outcome not in expected.outcomes:
        wrong.append(f"the outcome is {step.outcome} ({step.message}), not {' or '.join(expected.outcomes)}")
    if expected.exit_code is not None and (step.outcome, step.exit_code) != (Outcome.EXITED, expected.exit_code):
        wrong.append(f"it ended with {step.outcome} {step.exit_code}, not with status {expected.exit_code}")
    if expected.signals and step.signal not in expected.signals:
        wrong.append(f"the signal is {step.signal}, not {' or '.join(each.name for each in expected.signals)}")
    cut = {name for name in ("stdout", "stderr") if getattr(step, f"{name}_truncated")}
    if cut != expected.truncated and step.outcome is not Outcome.OUTPUT_LIMIT:
        wrong.append(f"truncated streams are {sorted(cut)}, not {sorted(expected.truncated)}")
    if step.outcome is Outcome.OUTPUT_LIMIT and not (cut and expected.truncated <= cut):
        wrong.append(f"output was cut, but the flags say {sorted(cut)}")
    return wrong


def _text(expected: Expectation, step: StepResult) -> list[str]:
    wrong = []
    text = (step.stdout + b"\n" + step.stderr).decode(errors="replace")
    if expected.stdout is not None and step.stdout != expected.stdout:
        wrong.append(f"standard output is {step.stdout[:2000]!r}, not {expected.stdout!r}")
    if expected.stdout_bytes is not None and len(step.stdout) != expected.stdout_bytes:
        wrong.append(f"standard output has {len(step.stdout)} bytes, not {expected.stdout_bytes}")
    wrong += [f"it does not say {rule!r}" for rule in expected.says if not re.search(rule, text, re.MULTILINE)]
    rules = expected.never + (_NEVER if step.step is Step.RUN else ())  # a compiler may quote the source
    said = [line for line in text.splitlines() if any(re.search(rule, line) for rule in rules)]
    wrong += [f"it says {line[:500]!r}" for line in said[:10]]
    return wrong + _answers(expected, step)


def _answers(expected: Expectation, step: StepResult) -> list[str]:
    if not expected.answers:
        return []
    pairs = (line.rpartition(": ") for line in step.stdout.decode(errors="replace").splitlines())
    given = {name: answer for name, _, answer in pairs}
    wanted = {name: answers.split("|") for names, answers in expected.answers.items() for name in names.split()}
    wrong = [f"it did not try {name}" for name in wanted if name not in given]
    wrong += [f"{name} is tried, but the header promises nothing for it" for name in given if name not in wanted]
    for name, answer in given.items():
        if name in wanted and answer not in wanted[name]:
            wrong.append(f"{name} was answered with {answer}, not with {' or '.join(wanted[name])}")
    return wrong


def _files(expected: Expectation, spec: ExecutionSpec, result: ExecutionResult) -> list[str]:
    # What could not be on disk at once must not be in our memory at once.
    most = spec.limits.disk_bytes or Limits().disk_bytes
    total = sum(len(artifact.content or b"") for artifact in result.artifacts)
    wrong = [f"the files that came out have {total} bytes together; the disk holds {most}"] if total > most else []
    if expected.artifacts is None:
        return wrong
    wanted = {path: text.encode() for path, text in expected.artifacts.items()}
    given = {artifact.path: artifact.content for artifact in result.artifacts}
    return wrong if given == wanted else [*wrong, f"the files that came out are {given}, not {wanted}"]


def _limits(expected: Expectation, spec: ExecutionSpec, result: ExecutionResult) -> list[str]:
    """Hold every run to the limits it asked for, whatever else it is about."""
    wrong = []
    for step, limits in ((result.compile, spec.compile_limits), (result.run, spec.limits)):
        if step is None:
            continue
        usage = step.usage
        if limits.cpu_time and usage.cpu_time > limits.cpu_time * 1.25 + _TIME_SLACK:
            wrong.append(f"{step.step} used {usage.cpu_time} of CPU, with a limit of {limits.cpu_time}")
        if limits.wall_time and usage.wall_time > limits.wall_time * 1.25 + _TIME_SLACK:
            wrong.append(f"{step.step} took {usage.wall_time}, with a limit of {limits.wall_time}")
        if limits.memory_bytes and usage.memory_peak_bytes > limits.memory_bytes * expected.overshoot + _MEMORY_SLACK:
            wrong.append(f"{step.step} held {usage.memory_peak_bytes} bytes, with a limit of {limits.memory_bytes}")
        if limits.output_bytes and max(len(step.stdout), len(step.stderr)) > limits.output_bytes:
            wrong.append(f"{step.step} got more output through than its limit of {limits.output_bytes}")
    return wrong


def _everything(result: ExecutionResult) -> list[bytes]:
    streams = [data for step in (result.compile, result.run) if step for data in (step.stdout, step.stderr)]
    return streams + [artifact.content for artifact in result.artifacts if artifact.content is not None]
