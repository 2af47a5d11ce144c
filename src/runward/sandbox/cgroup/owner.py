"""Whose a subtree is: its name carries the owner, a lock on it proves that the owner lives, ``sweep`` removes orphans."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from runward.sandbox.cgroup.hierarchy import read_hierarchies
from runward.sandbox.cgroup.subtree import kill_and_remove

_NAME = re.compile(r"runward\.[^/]+\.(?P<pid>\d+)\.(?P<start>\d+)\.\d+")
_serial = itertools.count()


def new_name(name: str) -> str:
    """Return a directory name that no other process, past or living, uses."""
    pid = os.getpid()
    return f"runward.{name}.{pid}.{_start_time(pid)}.{next(_serial)}"


def claim(directory: Path) -> int:
    """Make a subtree's directory and lock it; the lock holds as long as the returned descriptor is open."""
    while True:
        directory.mkdir(exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Waits only for a sweeper that looks at this very directory.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if directory.exists():
            return descriptor
        os.close(descriptor)  # the sweeper took it for an orphan: once more


def sweep(proc: Path = Path("/proc")) -> list[Path]:
    """Remove the subtrees of supervisors that are gone, wherever we may, with all that runs in them; return them.

    A subtree is an orphan when nobody holds its lock (it holds across pid namespaces) and its owner is not among the
    processes seen from here.
    """
    orphans = []
    for hierarchy in read_hierarchies(proc):
        if not hierarchy.read_only:
            orphans += [path for path in _subtrees(hierarchy.mount_point) if _remove_orphan(path)]
    return orphans


def _subtrees(top: Path) -> Iterator[Path]:
    for path, children, _ in os.walk(top):
        ours = [child for child in children if _NAME.fullmatch(child)]
        yield from (Path(path, child) for child in ours)
        children[:] = [child for child in children if child not in ours]


def _remove_orphan(directory: Path) -> bool:
    match = _NAME.fullmatch(directory.name)
    assert match is not None
    with contextlib.suppress(OSError):
        if not os.access(directory.parent, os.W_OK) or _start_time(int(match["pid"])) == int(match["start"]):
            return False
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return kill_and_remove(directory)
        finally:
            os.close(descriptor)
    return False


def _start_time(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # from the third on; the second, the name, may hold anything
    return None if fields[0] in "ZX" else int(fields[19])
