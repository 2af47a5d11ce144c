"""Killing and removing whole cgroup directories, of either version."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_FIRST_WAIT = 0.0002
_LONGEST_WAIT = 0.02


def list_processes(directory: Path) -> list[int]:
    """Return the process ids in one cgroup; none where it is gone."""
    try:
        return [int(line) for line in (directory / "cgroup.procs").read_text().split()]
    except FileNotFoundError:
        return []
    except OSError as error:
        if error.errno == errno.ENODEV:  # it was removed while we read
            return []
        raise


def kill_processes(directory: Path) -> None:
    """Stop new processes in one cgroup and kill those that are there, once."""
    if _try_write(directory / "cgroup.kill", "1"):
        return
    # Before killing one by one: a fork bomb is faster than this loop.
    _try_write(directory / "pids.max", "0")
    descriptors = {}
    for pid in list_processes(directory):
        with contextlib.suppress(ProcessLookupError, ValueError, OSError):
            descriptors[pid] = os.pidfd_open(pid)
    try:
        # Read again: an id that was given to a new process meanwhile, outside of the cgroup, is no longer listed.
        for pid in set(list_processes(directory)) & descriptors.keys():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptors[pid], signal.SIGKILL)
    finally:
        for descriptor in descriptors.values():
            os.close(descriptor)


def kill_and_remove(directory: Path, *, seconds: float = 5.0) -> bool:
    """Kill everything in a directory and below, and remove it bottom-up; return whether it is gone in time."""
    return _retry(lambda: _kill_and_remove_once(directory), seconds=seconds)


def wait_and_remove(directory: Path, *, seconds: float) -> bool:
    """Remove one cgroup as soon as it is empty; return whether it is gone in time."""
    return _retry(lambda: try_remove(directory), seconds=seconds)


def try_remove(directory: Path) -> bool:
    """Remove one cgroup without waiting; return whether it is gone."""
    try:
        os.rmdir(directory)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _kill_and_remove_once(directory: Path) -> bool:
    gone = True
    for child in _bottom_up(directory):
        with contextlib.suppress(PermissionError):
            kill_processes(child)
        gone = try_remove(child) and gone
    return gone


def _bottom_up(directory: Path) -> Iterator[Path]:
    for path, _, _ in os.walk(directory, topdown=False):
        yield Path(path)


def _try_write(path: Path, text: str) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)  # never O_CREAT: cgroupfs makes the files
    except OSError:
        return False
    try:
        os.write(descriptor, text.encode())
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _retry(attempt: Callable[[], bool], *, seconds: float) -> bool:
    deadline, pause = time.monotonic() + seconds, _FIRST_WAIT
    while not attempt():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_WAIT)
    return True
