"""Whatever is killed under it, an execution ends in one honest way: right, or as our failure, and then it can be repeated.

RUNWARD_TEST_SEED repeats the choices of a run before, RUNWARD_TEST_FAULT_RUNS says how many executions there shall be.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from runward.domain.errors import SandboxError
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome
from runward.engine import Engine, Event, ExecutionResult, ExecutionSpec, InputFile, Output
from runward.languages import Registry
from runward.settings import Settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.killer import MARKER, WEIGHTS, Killer, children, marker, state_of
from tests.engine.test_running import descriptors
from tests.sandbox.conftest import Watched, list_mounts, list_processes, until

RUNS = int(os.environ.get("RUNWARD_TEST_FAULT_RUNS", "1000"))
SEED = int(os.environ.get("RUNWARD_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
# How many executions are asked for at once: more than the engine has places, so that some wait while others are killed.
CLIENTS = 8
# An execution that fails this often is not unlucky any more.
MOST_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an execution must come to."""

    spec: ExecutionSpec
    outcome: Outcome = Outcome.EXITED
    exit_code: int | None = 0
    stdout: bytes = b""
    artifacts: dict[str, bytes] = field(default_factory=dict)


def expectation(number: int) -> Expected:
    """Return one of ten kinds of executions: each says its own number, so that none can be taken for another."""
    said, told = f"{number}\n".encode(), f"print({number}, flush=True)\n"
    short = LimitRequest(cpu_time=timedelta(seconds=0.1), wall_time=timedelta(seconds=60))
    endless, hungry = "while True: pass", "x = bytearray(500_000_000)"
    match number % 10:
        case 0 | 1:
            return Expected(spec=python(told), stdout=said)
        case 2:
            return Expected(
                spec=python("import sys\nprint(sys.stdin.read())", stdin=b"x" * 100_000 + said),
                stdout=b"x" * 100_000 + said + b"\n",
            )
        case 3:
            return Expected(spec=python(f"import time\ntime.sleep(0.1)\n{told}"), stdout=said)
        case 4:
            return Expected(spec=python(f"print('x' * 300_000)\n{told}"), stdout=b"x" * 300_000 + b"\n" + said)
        case 5:
            source = f"for name in 'ab': print({number}, file=open(name + '.txt', 'w'))\nraise SystemExit(3)"
            return Expected(
                spec=python(source, artifacts=("*.txt",)), exit_code=3, artifacts={"a.txt": said, "b.txt": said}
            )
        case 6:
            return Expected(
                spec=python(told + endless, limits=short), outcome=Outcome.CPU_TIME_LIMIT, exit_code=None, stdout=said
            )
        case 7:
            limits = LimitRequest(memory_bytes=64 * MIB)
            return Expected(
                spec=python(told + hungry, limits=limits), outcome=Outcome.MEMORY_LIMIT, exit_code=None, stdout=said
            )
        case 8:
            source = f'#include <stdio.h>\nint main(void) {{ puts("{number}"); return 4; }}'
            return Expected(spec=c(source), exit_code=4, stdout=said)
        case _:
            file = InputFile(path="main.js", content=f"console.log({number})".encode())
            return Expected(spec=ExecutionSpec(language="javascript", files=(file,)), stdout=said)


@dataclass(slots=True)
class Account:
    """How executions ended, and what was wrong."""

    endings: Counter[str] = field(default_factory=Counter)
    tries: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)


@pytest.fixture
async def own(settings: Settings, registry: Registry) -> AsyncIterator[Engine]:
    """An engine for one test, which may break it."""
    async with open_engine(settings, languages=["python"], registry=registry) as engine:
        yield engine


async def execute(engine: Engine, killer: Killer, account: Account, number: int) -> None:
    """Run one execution until it comes out right, as a caller would who is told that the fault was ours."""
    expected = expectation(number)
    marked = InputFile(path=MARKER, content=str(number).encode())
    spec = replace(expected.spec, files=(*expected.spec.files, marked), entry=expected.spec.files[0].path)
    for attempt in range(1, MOST_TRIES + 1):
        heard: list[bytes] = []

        def listen(event: Event, heard: list[bytes] = heard) -> None:
            if isinstance(event, Output) and event.stream == "stdout":
                heard.append(event.data)

        listener = listen if number % 3 == 0 else None
        killer.begin(number)
        try:
            async with asyncio.timeout(120):
                result = await engine.run(spec, on_event=listener)
        except SandboxError as error:
            account.faults[str(error)] += 1
            if not expected.stdout.startswith(b"".join(heard)):
                account.lies.append(f"{number} told {heard} before it failed")
            continue
        if is_right(expected, result) and (listener is None or b"".join(heard) == expected.stdout):
            account.endings[f"right: {result.outcome}"] += 1
            account.tries[attempt] += 1
            return
        # A process of the program that is killed with a signal has ended by that signal, whoever sent it.
        if number not in killer.victims:
            account.lies.append(f"{number}: {result}"[:2000])
            return
        account.endings[f"its process killed: {result.outcome}"] += 1
    account.lies.append(f"{number} did not come out right in {MOST_TRIES} tries")


def is_right(expected: Expected, result: ExecutionResult) -> bool:
    last = result.last
    artifacts = {artifact.path: artifact.content for artifact in result.artifacts}
    code = expected.exit_code if expected.exit_code is not None else last.exit_code
    return (result.outcome, last.exit_code, last.stdout, artifacts) == (
        *(expected.outcome, code, expected.stdout, expected.artifacts),
    )


async def test_every_execution_ends_honestly_whatever_is_killed_and_nothing_is_left(
    settings: Settings, registry: Registry
) -> None:
    before, mounts, account = descriptors(), list_mounts(), Account()
    async with open_engine(settings, languages=["python", "c", "javascript"], registry=registry) as engine:
        killer = Killer(engine=engine, seed=SEED)
        numbers = iter(range(RUNS))

        async def client() -> None:
            for number in numbers:
                await execute(engine, killer, account, number)

        working = asyncio.create_task(killer.work())
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        working.cancel()
        await asyncio.wait({working})
        report(killer, account)
        assert not account.lies, f"seed {SEED}: {account.lies}"
        assert working.cancelled(), working.exception()
        # Nobody kills any more: the next runs are ordinary ones.
        for number in range(20):
            spec = expectation(number)
            assert is_right(spec, await engine.run(spec.spec)), f"seed {SEED}"
        assert await until(lambda: not killer.orphans()), f"seed {SEED}: {killer.orphans()}"

    assert sum(account.tries.values()) == RUNS
    assert await until(lambda: killer.leftovers() == ([], [])), f"seed {SEED}: {killer.leftovers()}"
    assert descriptors() == before
    assert list_mounts() == mounts
    for role in WEIGHTS:
        assert killer.killed[role] >= RUNS // 500, f"no test of a killed {role}: {killer.killed}"


def report(killer: Killer, account: Account) -> None:
    """Tell what was done and what came of it; pytest shows it with -s, or when the test fails."""
    print(f"\nseed {SEED}, {RUNS} executions by {CLIENTS} clients")
    print(f"killed: {dict(killer.killed)}")
    for title, counts in (("ended", account.endings), ("tries", account.tries), ("our faults", account.faults)):
        for what, count in sorted(counts.items(), key=str):
            print(f"{title}: {count} times {what}")


async def in_box(engine: Engine, number: int) -> tuple[Killer, int]:
    """Return a process of the execution with this number, once it runs."""
    killer, found = Killer(engine=engine, seed=SEED), list[int]()

    def is_running() -> bool:
        found[:] = [pid for pid in killer.look()["payload"] if marker(pid) == number]
        return bool(found)

    assert await until(is_running, seconds=60)
    return killer, found[0]


def lasting(number: int, seconds: float) -> ExecutionSpec:
    """Return a program that speaks, goes on for a while, and speaks again."""
    spec = python(f"import time\nprint('up', flush=True)\ntime.sleep({seconds})\nprint('done')")
    return replace(spec, files=(*spec.files, InputFile(path=MARKER, content=str(number).encode())), entry="main.py")


async def test_an_execution_is_run_again_when_its_slot_is_killed_and_nobody_has_heard_of_it(own: Engine) -> None:
    task = asyncio.create_task(own.run(lasting(1, seconds=1)))
    killer, pid = await in_box(own, 1)

    await killer.kill("init", list_processes()[pid].parent)

    result = await task
    assert (result.outcome, result.last.stdout) == (Outcome.EXITED, b"up\ndone\n")


async def test_an_execution_that_was_heard_is_never_run_twice(own: Engine) -> None:
    heard: list[Event] = []
    task = asyncio.create_task(own.run(lasting(2, seconds=1000), on_event=heard.append))
    assert await until(lambda: any(isinstance(event, Output) for event in heard))
    killer, pid = await in_box(own, 2)

    await killer.kill("init", list_processes()[pid].parent)

    with pytest.raises(SandboxError):
        await task
    assert [event.data for event in heard if isinstance(event, Output)] == [b"up\n"]


async def test_an_execution_that_loses_its_slot_every_time_is_given_up(own: Engine) -> None:
    task = asyncio.create_task(own.run(lasting(3, seconds=1000)))

    for _ in range(3):
        killer, pid = await in_box(own, 3)
        watched = Watched([pid])
        await killer.kill("init", list_processes()[pid].parent)
        await watched.wait_end()

    with pytest.raises(SandboxError):
        await task
    assert own.running == 0


async def test_an_interpreter_that_is_killed_while_it_rehearses_leaves_no_fork(own: Engine) -> None:
    process = own._tiers.get(None)._process
    assert process is not None
    killing = asyncio.create_task(asyncio.to_thread(kill_in_rehearsal, process.pid))

    result = await own.run(python("print('up')"))

    assert result.last.stdout == b"up\n"
    forks = await killing
    assert await until(lambda: not any(pid in list_processes() for pid in forks))


def kill_in_rehearsal(guardian: int) -> list[int]:
    """Kill the first zygote that has a stopped fork, and return its forks; looks without a pause, for that is over soon."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for zygote in (zygote for supervisor in children(guardian) for zygote in children(supervisor)):
            forks = children(zygote)
            if any(state_of(fork) == "T" for fork in forks):
                os.kill(zygote, signal.SIGKILL)
                return forks
    pytest.fail("no interpreter was seen rehearsing")
