"""Whatever is killed, nothing is left: no process, no control group, no mount; and the next run works."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runward.domain.errors import SandboxError
from runward.domain.limits import Limits
from runward.sandbox import Command, Run, Sandbox
from tests.sandbox.conftest import (
    Process,
    Ran,
    Watched,
    assert_works,
    list_cgroups,
    list_descendants,
    list_mounts,
    readable,
    run,
    shell,
    until,
)

# It speaks, so that we know that it runs; it has a child; and it never ends by itself.
LASTING = Command(argv=("/bin/sh", "-c", "sleep 1000 & echo up; exec sleep 1000"), environment={})
ENGINE_PROCESS = """
import asyncio, sys
from runward.domain.limits import Limits
from runward.sandbox import Command, Sandbox
from tests.sandbox.conftest import readable, supervisor_settings
from tests.sandbox.test_crash import LASTING

async def main():
    sandbox = Sandbox(supervisor_settings())
    await sandbox.open()
    runs = [await sandbox.start("native", LASTING, Limits()) for _ in range(3)]
    for each in runs:
        await readable(each.stdout)
    print(sandbox._process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
async def _no_mount_is_left() -> AsyncIterator[None]:
    before = list_mounts()
    yield
    assert list_mounts() == before


async def start_lasting(sandbox: Sandbox, count: int = 2) -> list[Run]:
    runs = [await sandbox.start("native", LASTING, Limits()) for _ in range(count)]
    for each in runs:
        await readable(each.stdout)
    return runs


def guardian(sandbox: Sandbox) -> int:
    """Return the process that outlives supervisors; it is what the client started."""
    assert sandbox._process is not None
    return sandbox._process.pid


def supervisor(sandbox: Sandbox) -> int:
    return list_descendants(guardian(sandbox))[0].pid


def zygotes(sandbox: Sandbox) -> list[Process]:
    return [process for process in list_descendants(supervisor(sandbox)) if process.parent == supervisor(sandbox)]


def inits(sandbox: Sandbox) -> list[int]:
    parents = {process.pid for process in zygotes(sandbox)}
    return [process.pid for process in list_descendants(supervisor(sandbox)) if process.parent in parents]


async def assert_lost(runs: list[Run]) -> None:
    """Assert that each run ends as our failure, never as a verdict on the program."""
    for each in runs:
        with pytest.raises(SandboxError):
            await each.next_report()
        each.close()


async def wait_for_parked(sandbox: Sandbox) -> list[int]:
    """Return the inits that wait for a request, once there are as many as there shall be."""
    await shell(sandbox, "true")
    assert await until(lambda: len(inits(sandbox)) == 2)
    return inits(sandbox)


async def test_a_killed_supervisor_takes_its_programs_with_it_and_the_next_run_works(fresh: Sandbox) -> None:
    runs = await start_lasting(fresh)
    first = guardian(fresh)
    watched = Watched([process.pid for process in list_descendants(supervisor(fresh))])

    os.kill(supervisor(fresh), signal.SIGKILL)

    await assert_lost(runs)
    await watched.wait_end()
    await assert_works(fresh)
    assert guardian(fresh) == first
    await fresh.close()
    assert list_cgroups(first) == []


async def test_supervisors_killed_again_and_again_are_replaced(fresh: Sandbox) -> None:
    for _ in range(5):
        runs = await start_lasting(fresh, count=1)
        os.kill(supervisor(fresh), signal.SIGKILL)
        await assert_lost(runs)
    await assert_works(fresh)


async def test_a_killed_guardian_leaves_nothing_and_the_next_run_works(fresh: Sandbox) -> None:
    runs = await start_lasting(fresh)
    killed = guardian(fresh)
    watched = Watched([process.pid for process in list_descendants(killed)])

    os.kill(killed, signal.SIGKILL)

    await assert_lost(runs)
    await watched.wait_end()
    assert list_cgroups(killed) == []
    await assert_works(fresh)


async def test_what_guardian_and_supervisor_killed_at_once_leave_the_next_ones_remove(fresh: Sandbox) -> None:
    runs = await start_lasting(fresh)
    killed = guardian(fresh)
    watched = Watched([process.pid for process in list_descendants(killed)])

    both = [killed, supervisor(fresh)]
    for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: neither can do anything about the other's end
        for pid in both:
            os.kill(pid, number)

    await assert_lost(runs)
    await watched.wait_end()
    await assert_works(fresh)
    assert list_cgroups(killed) == []


async def test_a_killed_zygote_is_replaced(fresh: Sandbox) -> None:
    await assert_works(fresh)
    watched = Watched([process.pid for process in zygotes(fresh)])

    for process in zygotes(fresh):
        os.kill(process.pid, signal.SIGKILL)

    await watched.wait_end()
    for _ in range(5):  # more than there were ready slots of the old one
        assert await verdict(fresh) in ("right", "ours")
    await assert_works(fresh)


async def verdict(sandbox: Sandbox) -> str:
    """Return whether a run came out right, or failed as ours; anything else would be a lie about the program."""
    try:
        ran: Ran = await run(sandbox, "/bin/sh", "-c", "echo right; exit 5")
    except SandboxError:
        return "ours"
    right = (ran.stdout, ran.facts.stage, ran.facts.status) == (b"right\n", 0, 5 << 8)
    return "right" if right else f"wrong: {ran}"


async def test_killed_parked_slots_give_no_wrong_verdict(fresh: Sandbox) -> None:
    parked = await wait_for_parked(fresh)
    watched = Watched(parked)

    for pid in parked:
        os.kill(pid, signal.SIGKILL)

    await watched.wait_end()
    for _ in parked:
        assert await verdict(fresh) in ("right", "ours")
    await assert_works(fresh)


async def test_killed_parked_slots_are_cleared_away_before_anybody_asks(fresh: Sandbox) -> None:
    parked = await wait_for_parked(fresh)
    assert fresh._process is not None
    guardian = fresh._process.pid

    for pid in parked:
        os.kill(pid, signal.SIGKILL)

    assert await until(lambda: not any(path.name.startswith("slot-") for path in list_cgroups(guardian)))


async def test_killed_parked_payloads_give_no_verdict(fresh: Sandbox) -> None:
    parked = await wait_for_parked(fresh)
    payloads = [process.pid for process in list_descendants(supervisor(fresh)) if process.parent in parked]
    watched = Watched(payloads)

    for pid in payloads:
        os.kill(pid, signal.SIGKILL)

    await watched.wait_end()
    assert len(payloads) == len(parked)
    for _ in parked:
        assert await verdict(fresh) in ("right", "ours")
    await assert_works(fresh)


async def test_a_killed_init_of_a_running_program_is_our_failure(fresh: Sandbox) -> None:
    parked = await wait_for_parked(fresh)
    runs = await start_lasting(fresh, count=2)

    for pid in parked:
        os.kill(pid, signal.SIGKILL)

    await assert_lost(runs)
    await assert_works(fresh)


async def test_init_lasts_until_the_account_is_read_so_that_its_own_end_is_not_in_it(fresh: Sandbox) -> None:
    parked = await wait_for_parked(fresh)
    running = await fresh.start("native", Command(argv=("/bin/cat",), environment={}), Limits())
    (program,) = [process for process in list_descendants(supervisor(fresh)) if process.command == b"/bin/cat\0"]
    assert program.parent in parked

    os.kill(supervisor(fresh), signal.SIGSTOP)
    running.close_stdin()
    await Watched([program.pid]).wait_end()

    with pytest.raises(TimeoutError):
        await Watched([program.parent]).wait_end(seconds=0.5)
    os.kill(supervisor(fresh), signal.SIGCONT)
    await Watched([program.parent]).wait_end()
    assert (await running.next_report()).status == 0  # type: ignore[union-attr]  # no file was asked for
    running.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_to_stop_ends_all_in_order(fresh: Sandbox, number: signal.Signals) -> None:
    runs = await start_lasting(fresh)
    stopped = guardian(fresh)
    watched = Watched([stopped, *(process.pid for process in list_descendants(stopped))])

    os.kill(stopped, number)

    await assert_lost(runs)
    await watched.wait_end()
    assert list_cgroups(stopped) == []


async def test_ctrl_c_in_the_terminal_is_the_clients_affair(fresh: Sandbox) -> None:
    os.kill(supervisor(fresh), signal.SIGINT)
    os.kill(guardian(fresh), signal.SIGINT)

    await assert_works(fresh)


async def test_closing_leaves_nothing(fresh: Sandbox) -> None:
    runs = await start_lasting(fresh)
    pid = guardian(fresh)
    watched = Watched([pid, *(process.pid for process in list_descendants(pid))])

    await fresh.close()

    await watched.wait_end(seconds=0.1)  # they have ended already
    assert list_cgroups(pid) == []
    await assert_lost(runs)


async def test_a_killed_client_process_leaves_nothing(repository: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENGINE_PROCESS, stdout=asyncio.subprocess.PIPE, cwd=repository
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    below = list_descendants(process.pid)
    watched = Watched([each.pid for each in below])
    assert len([each for each in below if b"sleep" in each.command]) >= 6

    process.kill()
    await process.wait()

    await watched.wait_end()
    assert list_cgroups(pid) == []
