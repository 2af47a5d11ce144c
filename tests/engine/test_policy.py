"""Limits come from the defaults, the language, the caller and the operator, in that order; blocked modules are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runward.domain.errors import BlockedImport, LimitTooHigh
from runward.domain.limits import MIB, LimitRequest, Limits
from runward.domain.outcome import Step
from runward.engine import EnginePolicy, ExecutionSpec, InputFile
from runward.engine.program import check_imports
from runward.languages import Registry

NOTHING = LimitRequest()
SECOND = timedelta(seconds=1)
STRICT = EnginePolicy(maximum=Limits(cpu_time=2 * SECOND, wall_time=4 * SECOND, memory_bytes=64 * MIB))


def test_a_program_never_gets_more_than_the_maximum_even_by_default() -> None:
    limits = STRICT.limits_for(Step.RUN, NOTHING, language=LimitRequest(memory_bytes=256 * MIB), time_factor=3)

    assert (limits.cpu_time, limits.wall_time, limits.memory_bytes) == (2 * SECOND, 4 * SECOND, 64 * MIB)


def test_a_compiler_gets_what_its_definition_says_it_needs() -> None:
    limits = STRICT.limits_for(Step.COMPILE, NOTHING, language=LimitRequest(memory_bytes=512 * MIB))

    assert limits.memory_bytes == 512 * MIB


@pytest.mark.parametrize("step", [Step.RUN, Step.COMPILE])
def test_a_wish_above_the_maximum_is_refused_with_both_numbers(step: Step) -> None:
    with pytest.raises(LimitTooHigh, match=r"memory_bytes may be at most \d+; 99999999999 was asked for"):
        STRICT.limits_for(step, LimitRequest(memory_bytes=99999999999), language=NOTHING)


def test_wall_time_follows_the_cpu_time_that_is_asked_for() -> None:
    policy = EnginePolicy()

    assert policy.limits_for(Step.RUN, LimitRequest(cpu_time=2 * SECOND), language=NOTHING).wall_time == 11 * SECOND
    both = LimitRequest(cpu_time=2 * SECOND, wall_time=3 * SECOND)
    assert policy.limits_for(Step.RUN, both, language=NOTHING).wall_time == 3 * SECOND


def test_slow_languages_get_more_time_unless_the_caller_chose() -> None:
    policy = EnginePolicy()
    chosen = LimitRequest(cpu_time=5 * SECOND)

    assert policy.limits_for(Step.RUN, NOTHING, language=NOTHING, time_factor=2).cpu_time == 20 * SECOND
    assert policy.limits_for(Step.RUN, chosen, language=NOTHING, time_factor=2).cpu_time == 5 * SECOND


@pytest.mark.parametrize(("name", "line"), [("ctypes", 2), ("ctypes.util", 2)])
def test_a_blocked_module_and_its_parts_are_told_with_their_line(name: str, line: int) -> None:
    language = Registry.load().get("python")
    spec = ExecutionSpec(language="python", files=(InputFile(path="a.py", content=f"\nimport {name}\n".encode()),))

    with pytest.raises(BlockedImport, match=f"a.py, line {line}: the module {name} is blocked"):
        check_imports(spec.files, language, EnginePolicy(blocked_imports={"python": frozenset({"ctypes"})}))


def test_a_module_whose_name_only_begins_like_a_blocked_one_is_free() -> None:
    language = Registry.load().get("python")
    spec = ExecutionSpec(language="python", files=(InputFile(path="a.py", content=b"import socketserver\n"),))

    check_imports(spec.files, language, EnginePolicy(blocked_imports={"python": frozenset({"socket"})}))


ONLY_MATH = EnginePolicy(allowed_imports={"python": frozenset({"math", "os.path"})})


@pytest.mark.parametrize(("name", "line"), [("socket", 1), ("os", 1)])
def test_a_module_that_is_not_allowed_is_told_with_its_line(name: str, line: int) -> None:
    language = Registry.load().get("python")
    files = (InputFile(path="a.py", content=f"import {name}\n".encode()),)

    with pytest.raises(BlockedImport, match=f"a.py, line {line}: the module {name} is blocked"):
        check_imports(files, language, ONLY_MATH)


def test_allowed_modules_their_parts_and_the_programs_own_are_free_and_other_languages_too() -> None:
    registry = Registry.load()
    files = (
        InputFile(path="main.py", content=b"import math, os.path, own.part\nimport beside\n"),
        InputFile(path="own/part.py", content=b"import math.x\n"),
        InputFile(path="beside.py", content=b""),
    )

    check_imports(files, registry.get("python"), ONLY_MATH)
    check_imports((InputFile(path="a.js", content=b"require('net')\n"),), registry.get("javascript"), ONLY_MATH)
