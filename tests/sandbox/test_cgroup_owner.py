"""What a killed supervisor leaves is removed, at once by its keeper or later by a sweep; what lives is left alone."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import runward.sandbox
from runward.sandbox.cgroup import CgroupLimits, CgroupTree, open_tree, start_keeper, sweep

CORE = Path(runward.sandbox.__file__).parent / "runward-core"
LIMITS = CgroupLimits(memory_bytes=64 * 1024 * 1024, processes=8)
SUPERVISOR = """
import os, pathlib, signal, sys
from runward.sandbox.cgroup import CgroupLimits, open_tree, start_keeper
tree = open_tree(name="test-owner")
cgroup = tree.create("slot", CgroupLimits(memory_bytes=64 << 20, processes=8))
keeper = start_keeper(pathlib.Path(sys.argv[1]), tree.directories).pid if sys.argv[1:] else 0
pid = os.fork()
if pid == 0:
    for directory in tree.directories:
        (directory / "slot/cgroup.procs").write_text("0")
    print(os.getpid(), keeper, *tree.directories, flush=True)
    os.closerange(0, 1000)
    while True:
        signal.pause()
signal.pause()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """A process of its own that has a tree with a program in it, and a keeper where asked for."""

    process: subprocess.Popen[str]
    program: int
    keeper: int
    directories: tuple[Path, ...]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start_supervisor(*arguments: str) -> Supervisor:
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        program, keeper, *directories = process.stdout.readline().split()
    return Supervisor(
        process=process,
        program=int(program),
        keeper=int(keeper),
        directories=tuple(Path(directory) for directory in directories),
    )


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = start_supervisor()
    yield supervisor
    supervisor.kill()
    sweep()


@pytest.fixture
def tree() -> Iterator[CgroupTree]:
    tree = open_tree(name="test-keeper")
    yield tree
    tree.close()


def test_sweep_kills_and_removes_what_a_killed_supervisor_left(supervisor: Supervisor) -> None:
    supervisor.kill()
    left = os.pidfd_open(supervisor.program)

    removed = sweep()

    assert set(supervisor.directories) <= set(removed)
    assert not any(directory.exists() for directory in supervisor.directories)
    assert ended(left)


def test_sweep_leaves_a_living_supervisor_alone(supervisor: Supervisor) -> None:
    removed = sweep()

    assert not set(supervisor.directories) & set(removed)
    assert all((directory / "slot").exists() for directory in supervisor.directories)
    os.kill(supervisor.program, 0)


def test_the_keeper_cleans_up_after_a_killed_supervisor() -> None:
    supervisor = start_supervisor(str(CORE))
    keeper, program = os.pidfd_open(supervisor.keeper), os.pidfd_open(supervisor.program)

    supervisor.kill()

    assert ended(keeper)
    assert ended(program)
    assert not any(directory.exists() for directory in supervisor.directories)


def test_the_keeper_outlives_signals_meant_for_the_supervisor() -> None:
    supervisor = start_supervisor(str(CORE))
    keeper = os.pidfd_open(supervisor.keeper)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(supervisor.keeper, number)
    assert os.getsid(supervisor.keeper) == supervisor.keeper
    supervisor.kill()

    assert ended(keeper)
    assert not any(directory.exists() for directory in supervisor.directories)


def test_the_keeper_is_quiet_after_an_orderly_end(tree: CgroupTree, capfd: pytest.CaptureFixture[str]) -> None:
    keeper = start_keeper(CORE, tree.directories)

    assert tree.close()
    assert keeper.close()

    assert capfd.readouterr() == ("", "")


def test_closing_the_keeper_removes_what_is_still_there(tree: CgroupTree) -> None:
    keeper = start_keeper(CORE, tree.directories)
    tree.create("slot", LIMITS)

    assert keeper.close()

    assert not any(directory.exists() for directory in tree.directories)


def test_a_waiting_keeper_uses_no_processor(tree: CgroupTree) -> None:
    keeper = start_keeper(CORE, tree.directories)
    state = wait_until_asleep(keeper.pid)

    assert state == "S"
    assert keeper.close()


def ended(pidfd: int) -> bool:
    """Tell whether a process ends within ten seconds."""
    try:
        return bool(select.select([pidfd], [], [], 10)[0])
    finally:
        os.close(pidfd)


def wait_until_asleep(pid: int) -> str:
    """Return the state of a process after it has run: S while it waits in a system call."""
    stat = Path(f"/proc/{pid}/stat")
    while (state := stat.read_text().rpartition(")")[2].split()[0]) == "R":
        os.sched_yield()
    return state
