"""The checks of a language: small programs of its definition, run for real, that show what it keeps to here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from runward.domain.diagnostic import Diagnostic
from runward.domain.errors import SandboxError
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome, Step
from runward.engine.engine import Engine
from runward.engine.hello import run_hello
from runward.engine.result import StepResult, Validation
from runward.engine.spec import ExecutionSpec, InputFile
from runward.languages import Checks, Invalid, Language

_TYPED = b"All of the input,\nto its last line\n"
_LONGEST = 300
_CPU_TIME = timedelta(seconds=0.5)
# Above its limit by more than this, a program was not ended there.
_LATE, _LATE_BYTES = timedelta(seconds=0.5), 1 * MIB
# On a machine that is busy with other things a second of CPU time may take many.
_WALL_TIME = timedelta(seconds=60)


class Check(StrEnum):
    """What is looked at: one program of the definition for each."""

    HELLO = "hello"
    STDIN = "stdin"
    INVALID = "invalid"
    BUSY = "busy"
    HUNGRY = "hungry"


def checks_of(language: Language) -> tuple[Check, ...]:
    """Return the checks that the language's definition has programs for."""
    return tuple(Check) if language.checks else (Check.HELLO,)


async def run_check(engine: Engine, name: str, check: Check) -> None:
    """Run one; raise LanguageUnavailable or, where the language does not keep to it, SandboxError that tells how."""
    language = engine.registry.get(name)
    if check is Check.HELLO:
        await run_hello(engine, language.id)
        return
    if language.checks is None:
        raise SandboxError(f"the definition of {language.name} has no programs for checks; add the table [checks]")
    complaint = await _CHECKS[check](engine, language, language.checks)
    if complaint:
        raise SandboxError(complaint)


async def _check_stdin(engine: Engine, language: Language, checks: Checks) -> str:
    step = await _run(engine, language, checks.stdin, LimitRequest(), stdin=_TYPED)
    if step.succeeded and step.stdout == _TYPED.upper():
        return ""
    return f"its input did not come back in upper case: {_told(step)}"


async def _check_invalid(engine: Engine, language: Language, checks: Checks) -> str:
    sound = await engine.validate(_spec(language, language.hello.source))
    if not sound.valid:
        return f"its checker told an error in the hello-world: {_first_error(sound)}"
    spec = _spec(language, checks.invalid.source)
    complaint = _misplaced(checks.invalid, spec.files[0].path, await engine.validate(spec))
    if complaint:
        return complaint
    step = (await engine.run(spec)).last
    if step.succeeded:
        return "a program with an error in it succeeded"
    if Step.COMPILE in engine.registry.runtime(language.id).steps and step.outcome is not Outcome.COMPILE_ERROR:
        return f"a program that cannot be compiled ended as {step.outcome}: {_told(step)}"
    return ""


def _misplaced(invalid: Invalid, path: str, validation: Validation) -> str:
    found = _first_error(validation)
    if validation.valid or found is None:
        return "its checker found no error where there is one"
    if (found.path, found.line) == (path, invalid.line) and invalid.column in (None, found.column):
        return ""
    wanted = f"line {invalid.line}" + (f", column {invalid.column}" if invalid.column else "")
    place = f"line {found.line}, column {found.column} of {found.path}"
    return f"its checker told an error in {place}, not in {wanted}: {found.message[:_LONGEST]}"


def _first_error(validation: Validation) -> Diagnostic | None:
    return next((found for found in validation.diagnostics if found.severity == "error"), None)


async def _check_busy(engine: Engine, language: Language, checks: Checks) -> str:
    step = await _run(engine, language, checks.busy, LimitRequest(cpu_time=_CPU_TIME))
    if step.outcome is not Outcome.CPU_TIME_LIMIT:
        return f"a program that computes for ever ended as {step.outcome}: {_told(step)}"
    if step.usage.cpu_time > _CPU_TIME + _LATE:
        return f"a program that may compute for {_CPU_TIME} was ended after {step.usage.cpu_time}"
    return ""


async def _check_hungry(engine: Engine, language: Language, checks: Checks) -> str:
    step = await _run(engine, language, checks.hungry, LimitRequest())
    if step.outcome is not Outcome.MEMORY_LIMIT:
        return f"a program that takes memory for ever ended as {step.outcome}: {_told(step)}"
    own = language.limits.get(Step.RUN, LimitRequest())
    allowed = engine.policy.limits_for(Step.RUN, LimitRequest(), language=own).memory_bytes
    if step.usage.memory_peak_bytes > allowed + _LATE_BYTES:
        return f"a program that may take {allowed} bytes of memory took {step.usage.memory_peak_bytes}"
    return ""


_CHECKS: dict[Check, Callable[[Engine, Language, Checks], Awaitable[str]]] = {
    Check.STDIN: _check_stdin,
    Check.INVALID: _check_invalid,
    Check.BUSY: _check_busy,
    Check.HUNGRY: _check_hungry,
}


async def _run(
    engine: Engine, language: Language, source: str, limits: LimitRequest, *, stdin: bytes = b""
) -> StepResult:
    limits = replace(limits, wall_time=min(_WALL_TIME, engine.policy.maximum.wall_time))
    return (await engine.run(replace(_spec(language, source), limits=limits, stdin=stdin))).last


def _spec(language: Language, source: str) -> ExecutionSpec:
    content = source.encode()
    file = InputFile(path=language.source_name_for(content), content=content)
    return ExecutionSpec(language=language.id, files=(file,))


def _told(step: StepResult) -> str:
    said = (step.stderr or step.stdout).decode("utf-8", "replace").strip()[-_LONGEST:]
    ended = step.message or f"exit status {step.exit_code}"
    return "; ".join(part for part in (f"{step.step} step, {ended}", said) if part)
