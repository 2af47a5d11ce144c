"""Limits, accounts and the end of a cgroup, in the hierarchy that this host has."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import Cgroup, CgroupLimits, CgroupTree, NoCgroups, open_tree

MIB = 1024 * 1024
SYS_CLONE3 = 435
CLONE_INTO_CGROUP = 0x200000000
SWAP_FILES = {"memory.swap.max": "0", "memory.memsw.limit_in_bytes": str(64 * MIB)}
LIMITS = CgroupLimits(memory_bytes=64 * MIB, processes=32)
BURN = "import time\nwhile time.process_time() < {seconds}: pass"


@pytest.fixture(scope="module")
def tree() -> Iterator[CgroupTree]:
    tree = open_tree(name="test")
    yield tree
    assert tree.close()
    assert not any(directory.exists() for directory in tree.directories)


def test_a_program_above_the_memory_limit_is_killed_and_counted(tree: CgroupTree) -> None:
    cgroup = tree.create("memory", CgroupLimits(memory_bytes=32 * MIB, processes=8))

    status = run(cgroup, f"data = bytearray({128 * MIB}); print(len(data))")

    peak = cgroup.memory_peak_bytes()
    assert status == -signal.SIGKILL
    assert cgroup.oom_kills() >= 1
    assert peak is None or 24 * MIB <= peak <= 32 * MIB
    assert cgroup.remove()


def test_a_program_within_its_limits_is_left_alone(tree: CgroupTree) -> None:
    cgroup = tree.create("within", LIMITS)

    status = run(cgroup, f"data = bytearray({24 * MIB})")

    peak = cgroup.memory_peak_bytes()
    assert status == 0
    assert cgroup.oom_kills() == 0
    assert cgroup.process_limit_hits() == 0
    assert peak is None or 24 * MIB <= peak <= 64 * MIB
    assert cgroup.remove()


def test_forks_above_the_process_limit_are_refused_and_counted(tree: CgroupTree) -> None:
    cgroup = tree.create("pids", CgroupLimits(memory_bytes=64 * MIB, processes=4))

    status = run(
        cgroup,
        "import os, signal\nn = 0\n"
        "try:\n    while True:\n        if os.fork() == 0: signal.pause()\n        n += 1\n"
        "except BlockingIOError:\n    os._exit(n)",
    )

    assert status == 3
    assert cgroup.process_limit_hits() >= 1
    cgroup.kill()
    assert cgroup.remove()


def test_cpu_time_of_children_counts(tree: CgroupTree) -> None:
    cgroup = tree.create("cpu-time", LIMITS)
    before = cgroup.cpu_time_ns()

    run(cgroup, f"import os\nif os.fork() == 0:\n    exec({BURN.format(seconds=0.2)!r})\nelse:\n    os.wait()")

    after = cgroup.cpu_time_ns()
    assert before is not None
    assert after is not None
    assert after - before >= 190_000_000
    assert cgroup.remove()


def test_a_share_of_a_processor_is_not_exceeded(tree: CgroupTree) -> None:
    cgroup = tree.create("share", CgroupLimits(memory_bytes=64 * MIB, processes=8, cpus=0.2))

    started = time.monotonic()
    run(cgroup, BURN.format(seconds=0.2))

    # 0.2 s of work at a fifth of a processor takes a second, less what the first and the last period give away.
    assert time.monotonic() - started >= 0.6
    assert cgroup.remove()


def test_kill_ends_every_process_and_remove_takes_the_directories(tree: CgroupTree) -> None:
    cgroup = tree.create("kill", LIMITS)
    pid = start(cgroup, "import os, signal\nos.fork(); os.fork(); signal.pause()")

    assert pid in cgroup.processes()
    assert not cgroup.try_remove()
    cgroup.kill()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert cgroup.remove()
    assert not any((directory / "kill").exists() for directory in tree.directories)


def test_kill_overcomes_a_fork_bomb(tree: CgroupTree) -> None:
    cgroup = tree.create("bomb", LIMITS)
    pid = start(
        cgroup,
        "import os, signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "while True:\n    try: os.fork()\n    except BlockingIOError: pass",
    )
    while cgroup.process_limit_hits() == 0:
        os.sched_yield()

    cgroup.kill()
    os.waitpid(pid, 0)
    assert cgroup.remove()


def test_swap_is_never_allowed(tree: CgroupTree) -> None:
    cgroup = tree.create("swap", LIMITS)
    files = [path for directory in tree.directories for path in (directory / "swap").glob("memory.*")]
    values = {path.name: path.read_text().strip() for path in files if path.name in SWAP_FILES}

    assert all(values[name] == SWAP_FILES[name] for name in values)
    assert cgroup.remove()


@pytest.mark.parametrize("memory_bytes", [16 * MIB, 256 * MIB])
def test_limits_can_be_lowered_and_raised(tree: CgroupTree, memory_bytes: int) -> None:
    cgroup = tree.create("change", LIMITS)

    cgroup.set_limits(CgroupLimits(memory_bytes=memory_bytes, processes=5, cpus=0.5))
    assert limit_files(tree, "change") == {str(memory_bytes), "5", "50000"}
    cgroup.set_limits(LIMITS)
    assert limit_files(tree, "change") == {str(64 * MIB), "32", "all"}
    assert cgroup.remove()


def test_only_the_limit_that_changed_is_written(tree: CgroupTree) -> None:
    cgroup = tree.create("partly", LIMITS)
    pids_max = next(path for directory in tree.directories if (path := directory / "partly/pids.max").exists())
    pids_max.write_text("7")

    cgroup.set_limits(CgroupLimits(memory_bytes=32 * MIB, processes=LIMITS.processes))

    assert limit_files(tree, "partly") == {str(32 * MIB), "7", "all"}
    assert cgroup.remove()


def test_slots_together_weigh_as_much_as_one_process_on_each_processor(tree: CgroupTree) -> None:
    weights = {
        path.name: int(path.read_text())
        for directory in tree.directories
        for path in (directory / "cpu.weight", directory / "cpu.shares")
        if path.exists()
    }

    processors = os.cpu_count() or 1
    assert weights in ({"cpu.weight": 100 * processors}, {"cpu.shares": 1024 * processors})


def test_two_slots_of_one_name_are_an_error_of_ours(tree: CgroupTree) -> None:
    cgroup = tree.create("twice", LIMITS)

    with pytest.raises(SandboxError, match="twice"):
        tree.create("twice", LIMITS)

    assert cgroup.remove()


def test_a_thousand_slots_leave_neither_directory_nor_descriptor(tree: CgroupTree) -> None:
    descriptors = count_descriptors()

    for number in range(1000):
        assert tree.create(f"slot-{number}", LIMITS).remove()

    assert count_descriptors() == descriptors
    assert not [path for directory in tree.directories for path in directory.iterdir() if path.is_dir()]


def test_without_cgroups_nothing_is_limited_and_nothing_claimed() -> None:
    tree = NoCgroups()
    cgroup = tree.create("any", LIMITS)

    assert (tree.version, tree.directories, cgroup.birth_fds) == ("none", (), ())
    assert cgroup.cpu_time_ns() is None
    assert cgroup.memory_peak_bytes() is None
    assert cgroup.remove()
    assert tree.close()


def count_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def limit_files(tree: CgroupTree, slot: str) -> set[str]:
    """Return the values of the memory, process and processor limits; ``all`` where processors are not limited."""
    names = ("memory.max", "memory.limit_in_bytes", "pids.max", "cpu.max", "cpu.cfs_quota_us")
    paths = [directory / slot / name for directory in dict.fromkeys(tree.directories) for name in names]
    values = [path.read_text().split()[0] for path in paths if path.exists()]
    return {"all" if value in ("max", "-1") else value for value in values}


def run(cgroup: Cgroup, code: str) -> int:
    """Run Python code in a cgroup to its end; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(start(cgroup, code), 0)[1])


def start(cgroup: Cgroup, code: str) -> int:
    """Start Python code, born in a cgroup as the C core does it; return its process id once it is there."""
    started, newborn = os.pipe()  # both close on exec
    pid = clone_into(cgroup.birth_fds[0]) if cgroup.into_cgroup else os.fork()
    if pid == 0:
        if not cgroup.into_cgroup:
            for descriptor in cgroup.birth_fds:
                os.write(descriptor, b"0")
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code])
    os.close(newborn)
    os.read(started, 1)
    os.close(started)
    return pid


def clone_into(directory: int) -> int:
    # struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid (2), cgroup
    arguments = struct.pack("11Q", CLONE_INTO_CGROUP, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, directory)
    libc = ctypes.CDLL(None, use_errno=True)
    pid: int = libc.syscall(SYS_CLONE3, arguments, len(arguments))
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone3")
    return pid
