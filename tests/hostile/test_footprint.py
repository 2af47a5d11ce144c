"""What is left behind shows in the footprint."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from runward.hostile.footprint import Footprint

MARK = f"footprint-{os.getpid()}"


# Below it there is nothing, whatever else this process has started.
NOBODY = -1


def look(root: int = NOBODY) -> Footprint:
    return Footprint.take(root, MARK)


@contextmanager
def running(*command: str, mark: str = "") -> Iterator[int]:
    with subprocess.Popen(command, env={**os.environ, "MARK": mark}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it is up
        try:
            yield process.pid
        finally:
            process.kill()


def differences(before: Footprint) -> str:
    return "\n".join(before.differences(look(), ready_slots=0))


def test_nothing_left_is_no_difference() -> None:
    assert differences(look()) == ""


def test_process_that_bears_the_mark_is_seen() -> None:
    before = look()
    with running("sh", "-c", "echo up; exec sleep 60", mark=MARK):
        assert "strays" in differences(before)


def test_processes_of_a_namespace_below_are_seen() -> None:
    before = look()
    inside = "sleep 60 & sh -c 'echo up; sleep 60' & wait"
    with running("unshare", "--user", "--pid", "--fork", "--kill-child", "sh", "-c", inside) as root:
        told = "\n".join(before.differences(look(root), ready_slots=0))
    assert "parked: 1 slots" in told
    assert (
        "running: " in told
    )  # at least the first sleep, or the shell that is about to become it, and the second shell


def test_descriptor_left_open_is_seen() -> None:
    before = look()
    fd = os.open("/", os.O_RDONLY)
    try:
        assert "descriptors" in differences(before)
    finally:
        os.close(fd)


def test_shared_memory_counts_by_who_made_it_and_not_by_who_uses_it() -> None:
    before = look()
    made = subprocess.run(["ipcmk", "--shmem", "4096"], check=True, capture_output=True, text=True)
    segment = made.stdout.split()[-1]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    try:
        assert f"segment {segment} " in differences(before)
        unattached = look()
        assert libc.shmat(int(segment), None, 0) not in {None, ctypes.c_void_p(-1).value}
        assert "segment" not in differences(unattached)
    finally:
        subprocess.run(["ipcrm", "--shmem-id", segment], check=True)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mounts": ()}, "came or went"),
        ({"cgroups": 1000}, "cgroups"),
        ({"slot_groups": 3, "parked": 2, "zygotes": 1}, "those of 3 slots, where 2 are there"),
        ({"parked": 3, "zygotes": 1}, "1 kinds have at most 2 each"),
        ({"shared_memory": ("segment",)}, "segment is new"),
        ({"strays": (4711,)}, "4711 is new"),
    ],
)
def test_every_part_of_the_footprint_counts(changed: dict[str, Any], told: str) -> None:
    before = look()
    assert told in before.differences(replace(before, **changed), ready_slots=2)[0]


def test_slot_that_is_made_ready_again_meanwhile_is_no_difference() -> None:
    before = replace(look(), zygotes=1, parked=1, slot_groups=1)
    later = replace(before, parked=2, slot_groups=2)
    assert before.differences(later, ready_slots=2) == []
    assert later.differences(before, ready_slots=2) == []


@pytest.mark.parametrize(("parked", "allowed"), [(1, True), (2, False)])
def test_descriptors_grow_only_while_a_slot_is_in_the_making(parked: int, allowed: bool) -> None:
    before = replace(look(), zygotes=1, parked=parked, slot_groups=0)
    later = replace(before, descriptors=tuple((name, count + 3) for name, count in before.descriptors))
    assert (before.differences(later, ready_slots=2) == []) is allowed
