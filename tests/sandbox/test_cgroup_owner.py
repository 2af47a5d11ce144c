"""What a killed supervisor leaves is removed by a sweep; what lives is left alone."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runward.sandbox.cgroup import sweep

SUPERVISOR = """
import os, signal
from runward.sandbox.cgroup import CgroupLimits, open_tree
tree = open_tree(name="test-owner")
cgroup = tree.create("slot", CgroupLimits(memory_bytes=64 << 20, processes=8))
pid = os.fork()
if pid == 0:
    for directory in tree.directories:
        (directory / "slot/cgroup.procs").write_text("0")
    print(os.getpid(), *tree.directories, flush=True)
    os.closerange(0, 1000)
    while True:
        signal.pause()
signal.pause()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """A process of its own that has a tree with a program in it."""

    process: subprocess.Popen[str]
    program: int
    directories: tuple[Path, ...]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def start_supervisor() -> Supervisor:
    process = subprocess.Popen([sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        program, *directories = process.stdout.readline().split()
    return Supervisor(
        process=process,
        program=int(program),
        directories=tuple(Path(directory) for directory in directories),
    )


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = start_supervisor()
    yield supervisor
    supervisor.kill()
    sweep()


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


def ended(pidfd: int) -> bool:
    """Tell whether a process ends within ten seconds."""
    try:
        return bool(select.select([pidfd], [], [], 10)[0])
    finally:
        os.close(pidfd)
