"""A tier changes what stands behind a program, and nothing of what the program and its caller see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from runward.domain.errors import LayerMissing, TierNotEnabled
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome
from runward.domain.tier import Tier
from runward.engine import Engine, ExecutionResult, ExecutionSpec, StepResult
from runward.languages import Registry
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.engine.conftest import PROGRAMS, c, program, python
from tests.engine.test_contract import ARGUMENTS, ODD_BYTES, PIXELS, TYPED

TIERS = (Tier.NATIVE, Tier.CRUN, Tier.RUNC, Tier.RUNSC)
every_tier = pytest.mark.parametrize("tier", TIERS)


@pytest.fixture(scope="module")
async def tiered(registry: Registry) -> AsyncIterator[Engine]:
    """An engine that offers every tier; native is its own choice."""
    settings = load_settings(RUNWARD_TIERS=",".join(TIERS[1:]))
    async with open_engine(settings, languages=["python", "c"], registry=registry) as engine:
        yield engine


@pytest.fixture(scope="module")
async def native(tiered: Engine) -> ExecutionResult:
    return await tiered.run(tour(None))


def tour(tier: Tier | None) -> ExecutionSpec:
    return program(
        PROGRAMS / "python" / "contract",
        arguments=("tour", *ARGUMENTS),
        stdin=TYPED,
        environment={"COLOUR": "dark green", "UNREAD": "1"},
        artifacts=("note.txt", "pictures/*.png", "*.bin", "absent.txt"),
        tier=tier,
    )


async def contract(engine: Engine, tier: Tier, mode: str, *, output_bytes: int | None = None) -> StepResult:
    """Run one mode of the program that every language has; the wall is far, as a busy machine needs it."""
    wishes = LimitRequest(wall_time=timedelta(seconds=40), output_bytes=output_bytes)
    spec = program(PROGRAMS / "python" / "contract", arguments=(mode,), tier=tier, limits=wishes)
    return (await engine.run(spec)).last


@every_tier
async def test_a_program_sees_and_leaves_the_same(tiered: Engine, native: ExecutionResult, tier: Tier) -> None:
    result = await tiered.run(tour(tier))

    step = result.last
    assert (step.outcome, step.exit_code, step.signal, step.message) == (Outcome.EXITED, 7, None, "")
    assert (step.stdout, step.stderr) == (native.last.stdout, ODD_BYTES)
    assert step.stdout.endswith(TYPED)
    assert {artifact.path: (artifact.size_bytes, artifact.content) for artifact in result.artifacts} == {
        "note.txt": (8, b"written\n"),
        "pictures/pixel.png": (len(PIXELS), PIXELS),
        "big.bin": (17 * MIB, None),
    }
    assert timedelta(0) < step.usage.cpu_time < timedelta(seconds=20)
    assert 17 * MIB < step.usage.memory_peak_bytes <= 129 * MIB


@every_tier
async def test_a_signal_that_ends_it_is_told(tiered: Engine, tier: Tier) -> None:
    step = await contract(tiered, tier, "killed")

    assert (step.outcome, step.exit_code, step.signal) == (Outcome.SIGNALED, None, 9)


@every_tier
async def test_a_busy_loop_meets_the_cpu_time_limit(tiered: Engine, tier: Tier) -> None:
    limits = LimitRequest(cpu_time=timedelta(seconds=0.5), wall_time=timedelta(seconds=40))
    step = (await tiered.run(python("while True: pass", tier=tier, limits=limits))).last

    assert (step.outcome, step.signal) == (Outcome.CPU_TIME_LIMIT, 9)


@every_tier
async def test_waiting_meets_the_wall_time_limit_and_what_was_written_comes_out(tiered: Engine, tier: Tier) -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    limits = LimitRequest(wall_time=timedelta(seconds=2))
    source = "open('made.txt', 'w').write('in time')\nimport sys; sys.stdin.read()"
    result = await tiered.run(python(source, stdin=silence(), limits=limits, tier=tier, artifacts=("*.txt",)))

    assert result.outcome is Outcome.WALL_TIME_LIMIT
    assert [artifact.content for artifact in result.artifacts] == [b"in time"]


@every_tier
async def test_taking_more_memory_than_allowed_is_a_memory_limit(tiered: Engine, tier: Tier) -> None:
    step = (await tiered.run(python("kept = []\nwhile True: kept.append(bytes(1 << 20))", tier=tier))).last

    assert step.outcome is Outcome.MEMORY_LIMIT, (step.exit_code, step.signal, step.stderr[-500:])


@every_tier
async def test_output_above_the_limit_is_cut_there_and_ends_the_program(tiered: Engine, tier: Tier) -> None:
    step = await contract(tiered, tier, "flood", output_bytes=100_000)

    assert step.outcome is Outcome.OUTPUT_LIMIT
    assert (len(step.stdout), step.stdout_truncated, step.stderr_truncated) == (100_000, True, False)


@every_tier
async def test_ten_mebibytes_of_output_come_whole_where_they_are_allowed(tiered: Engine, tier: Tier) -> None:
    step = await contract(tiered, tier, "mebibytes", output_bytes=10 * MIB)

    assert (step.outcome, step.exit_code, step.stdout_truncated) == (Outcome.EXITED, 0, False)
    assert step.stdout == (bytes(range(251)) * (10 * MIB // 251 + 1))[: 10 * MIB]


@every_tier
async def test_a_fork_too_many_is_refused_at_the_limit(tiered: Engine, tier: Tier) -> None:
    source = """
import threading, time
started = 1
try:
    while started < 100:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except RuntimeError:
    print(started, flush=True)
    __import__("os")._exit(3)
"""
    step = (await tiered.run(python(source, limits=LimitRequest(processes=12), tier=tier))).last

    assert (step.stdout, step.exit_code) == (b"12\n", 3)
    # gVisor's kernel refuses by itself, and tells nobody.
    assert step.outcome is (Outcome.EXITED if tier is Tier.RUNSC else Outcome.PROCESS_LIMIT)


@pytest.mark.parametrize("tier", [Tier.CRUN, Tier.RUNSC])
async def test_what_one_container_compiled_runs_in_the_next(tiered: Engine, tier: Tier) -> None:
    result = await tiered.run(c('#include <stdio.h>\nint main(void) { puts("compiled"); return 4; }', tier=tier))

    assert (result.last.stdout, result.last.exit_code) == (b"compiled\n", 4)


async def test_a_program_in_gvisor_does_not_see_the_kernel_of_the_host(tiered: Engine) -> None:
    source = "import os; print(os.uname().release)"
    told = [(await tiered.run(python(source, tier=tier))).last.stdout for tier in (Tier.NATIVE, Tier.RUNSC)]

    assert told[0] != told[1]


async def test_a_tier_that_is_not_enabled_is_refused_with_what_to_do(engine: Engine) -> None:
    with pytest.raises(TierNotEnabled, match=r"'runsc' is not enabled here; ask for one of: native.*RUNWARD_TIERS"):
        await engine.run(python("", tier="runsc"))


async def test_a_server_refuses_to_start_without_a_layer_that_its_tier_needs(registry: Registry) -> None:
    settings = load_settings(RUNWARD_TIER="crun", RUNWARD_ALLOW_MISSING_LAYERS="cgroup")

    with pytest.raises(LayerMissing, match="the tier crun needs control groups"):
        async with open_engine(settings, languages=[], registry=registry):
            pass
