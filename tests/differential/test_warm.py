"""A program cannot tell a warm interpreter from a cold one: each is run by both, and must end and speak the same."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile, StepResult
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.differential.javascript_suite import JAVASCRIPT
from tests.differential.python_suite import PYTHON
from tests.differential.suite import Suite

TRIES = 200
SUITES = (PYTHON, JAVASCRIPT)
ONE = {"python": b"print(1)", "javascript": b"console.log(1)"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test every case of its kind, of every language."""
    kinds = [kind for kind in ("cases", "varying", "cold") if f"of_{kind}" in metafunc.fixturenames]
    for kind in kinds:
        cases = [(suite, (suite.language, name)) for suite in SUITES for name in getattr(suite, kind)]
        # The language too, although the suite has it: pytest would bring tests of one name together, and suites apart.
        ids = [": ".join(case) for _, case in cases]
        metafunc.parametrize(("suite", f"of_{kind}"), cases, ids=ids, indirect=["suite"], scope="module")


@pytest.fixture(scope="module")
def suite(request: pytest.FixtureRequest) -> Suite:
    found: Suite = request.param
    return found


async def run(engine: Engine, spec: ExecutionSpec, *, warm: bool) -> tuple[ExecutionResult, StepResult]:
    """Run the program; again, where it is to be warm and nothing that had been started ahead was ready."""
    for _ in range(TRIES):
        result = await engine.run(spec)
        assert result.run is not None
        if result.run.warm or not warm:
            return result, result.run
    raise AssertionError("nothing is ever started ahead")


async def run_all(engine: Engine, suite: Suite, *, warm: bool) -> dict[str, tuple[object, StepResult]]:
    places = asyncio.Semaphore(2)

    async def run_one(name: str, source: bytes) -> tuple[object, StepResult]:
        async with places:
            result, step = await run(engine, suite.spec(name, source), warm=warm)
        told = (step.outcome, step.exit_code, step.signal, step.stdout, step.stderr, step.stdout_truncated)
        return (told, [(artifact.path, artifact.content) for artifact in result.artifacts]), step

    return dict(zip(suite.cases, await asyncio.gather(*(run_one(*case) for case in suite.cases.items())), strict=True))


@pytest.fixture(scope="module")
async def warm_engine(suite: Suite) -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_WARM=True), languages=[suite.language]) as engine:
        yield engine


@pytest.fixture(scope="module")
async def cold(suite: Suite) -> dict[str, tuple[object, StepResult]]:
    async with open_engine(load_settings(RUNWARD_WARM=False), languages=[suite.language]) as engine:
        return await run_all(engine, suite, warm=False)


@pytest.fixture(scope="module")
async def warm(warm_engine: Engine, suite: Suite) -> dict[str, tuple[object, StepResult]]:
    return await run_all(warm_engine, suite, warm=True)


async def test_a_program_does_the_same_in_a_warm_interpreter(
    of_cases: tuple[str, str],
    cold: dict[str, tuple[object, StepResult]],
    warm: dict[str, tuple[object, StepResult]],
) -> None:
    _, name = of_cases
    assert (cold[name][1].warm, warm[name][1].warm) == (False, True)
    assert warm[name][0] == cold[name][0]


async def test_what_differs_from_run_to_run_does_so_in_warm_interpreters(
    of_varying: tuple[str, str], suite: Suite, warm_engine: Engine
) -> None:
    _, name = of_varying
    spec = suite.spec(name, suite.varying[name])

    results = [(await run(warm_engine, spec, warm=True))[1] for _ in range(4)]

    assert all(result.warm and result.succeeded for result in results)
    assert len({result.stdout for result in results}) == 4


async def test_a_request_that_a_warm_interpreter_cannot_take_is_executed(
    of_cold: tuple[str, str], suite: Suite, warm_engine: Engine
) -> None:
    files = (InputFile(path=suite.entry, content=ONE[suite.language]),)
    plain = ExecutionSpec(language=suite.language, files=files)

    changed = dataclasses.replace(plain, **suite.cold[of_cold[1]])  # type: ignore[arg-type]  # of any field
    await run(warm_engine, plain, warm=True)  # so that more of them are ready, or on their way
    results = [(await run(warm_engine, changed, warm=False))[1] for _ in range(2)]

    assert [(result.warm, result.stdout) for result in results] == [(False, b"1\n")] * 2
