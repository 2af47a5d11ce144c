"""Our own directory of each hierarchy is found, however the hierarchies are mounted."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from runward.sandbox.cgroup.hierarchy import Hierarchy, read_hierarchies


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").mkdir()
    return tmp_path


def test_controllers_that_are_mounted_together_share_a_directory(proc: Path) -> None:
    found = read(
        proc,
        "4:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice",
        "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
    )

    (both,) = found
    assert both.controllers == {"cpu", "cpuacct"}
    assert both.own == Path("/sys/fs/cgroup/cpu,cpuacct/user.slice")


def test_a_mount_of_a_part_of_the_hierarchy_is_seen_from_its_root(proc: Path) -> None:
    """In a container the mount shows our own cgroup as its top."""
    (memory,) = read(
        proc,
        "4:memory:/docker/1a2b/inner",
        "36 32 0:32 /docker/1a2b /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory",
    )

    assert memory.own == Path("/sys/fs/cgroup/memory/inner")
    assert memory.read_only


def test_a_writable_mount_is_preferred_to_a_read_only_one(proc: Path) -> None:
    (memory,) = read(
        proc,
        "4:memory:/",
        """
        36 32 0:32 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
        50 32 0:32 / /mnt/my\\040cgroups rw - cgroup cgroup rw,memory
        """,
    )

    assert memory.own == Path("/mnt/my cgroups")
    assert not memory.read_only


@pytest.mark.parametrize("own", ["/../other.slice", "/elsewhere"])
def test_a_cgroup_that_no_mount_shows_is_not_ours_to_use(proc: Path, own: str) -> None:
    assert not read(proc, f"0::{own}", "24 30 0:29 /docker /sys/fs/cgroup rw - cgroup2 cgroup2 rw")


def test_a_controller_without_a_mount_is_left_out(proc: Path) -> None:
    found = read(proc, "4:memory:/\n0::/", "24 30 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate")

    assert [(hierarchy.version, hierarchy.own) for hierarchy in found] == [(2, Path("/sys/fs/cgroup"))]


def read(proc: Path, cgroup: str, mountinfo: str) -> list[Hierarchy]:
    (proc / "self/cgroup").write_text(f"{cgroup}\n")
    (proc / "self/mountinfo").write_text(textwrap.dedent(mountinfo).lstrip("\n"))
    return read_hierarchies(proc)
