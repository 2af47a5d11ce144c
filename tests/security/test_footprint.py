"""What is left behind shows in the footprint."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.security.footprint import Footprint

MARK = f"footprint-{os.getpid()}"


def look() -> Footprint:
    return Footprint.take(os.getpid(), MARK)


@contextmanager
def running(*command: str, mark: str = "") -> Iterator[None]:
    with subprocess.Popen(command, env={**os.environ, "MARK": mark}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it is up
        try:
            yield
        finally:
            process.kill()


def differences(before: Footprint) -> str:
    return "\n".join(before.differences(look()))


def test_nothing_left_is_no_difference() -> None:
    assert differences(look()) == ""


def test_process_that_bears_the_mark_is_seen() -> None:
    before = look()
    with running("sh", "-c", "echo up; exec sleep 60", mark=MARK):
        assert "strays" in differences(before)


def test_processes_of_a_namespace_below_are_seen() -> None:
    before = look()
    inside = "sh -c 'echo up; sleep 60' & wait"
    with running("unshare", "--user", "--pid", "--fork", "--kill-child", "sh", "-c", inside):
        told = differences(before)
    assert "parked: was 0, is 1" in told.replace(f"was {before.parked}, is {before.parked + 1}", "was 0, is 1")
    assert "running" in told


def test_descriptor_left_open_is_seen() -> None:
    before = look()
    fd = os.open("/", os.O_RDONLY)
    try:
        assert "descriptors" in differences(before)
    finally:
        os.close(fd)


@pytest.mark.parametrize("field", ["mounts", "cgroups", "shared_memory"])
def test_every_part_of_the_footprint_counts(field: str) -> None:
    before = look()
    later = {"mounts": ("one",), "cgroups": -1, "shared_memory": ("segment",)}[field]
    changed = Footprint(**{**{name: getattr(before, name) for name in before.__slots__}, field: later})
    assert field in before.differences(changed)[0]
