"""What the platform occupies on the host, as the host sees it; so that what a case left behind shows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_ZYGOTE = "runward-zygote"
# What the supervisor holds for one, at most: a channel and a pid, and some of a slot's control groups or a zygote's pipes.
_DESCRIPTORS_OF_A_SLOT, _DESCRIPTORS_OF_A_ZYGOTE = 24, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of /proc; ``depth`` is how many pid namespaces below ours it is, ``inner_pid`` its id in the last one."""

    pid: int
    parent: int
    name: str
    depth: int
    inner_pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """The state between two runs: parked slots, each an init and its payload, and nothing else.

    ``running`` names every process of a slot but its init; ``computing`` counts those that are on a processor, or want to be;
    ``slot_groups`` counts the slots that have a control group, and ``cgroups`` the other groups of ours.
    """

    zygotes: int
    parked: int
    running: tuple[str, ...]
    computing: int
    strays: tuple[int, ...]
    slot_groups: int
    cgroups: int
    mounts: tuple[str, ...]
    shared_memory: tuple[str, ...]
    descriptors: tuple[tuple[str, int], ...]

    @property
    def is_busy(self) -> bool:
        """Tell whether more is alive than one payload in each slot, or one of those is still being started."""
        return len(self.running) > self.parked or self.computing > 0

    @classmethod
    def take(cls, root: int, mark: str) -> Footprint:
        """Look at everything below the process ``root``, and at everything that bears the mark of a case."""
        below = _descendants(root)
        inside = [process for process in below if process.depth > 0]
        outside = [process for process in below if process.depth == 0]
        groups = _own_cgroups([process.pid for process in outside])
        return cls(
            zygotes=sum(process.name == _ZYGOTE for process in outside),
            parked=sum(process.inner_pid == 1 for process in inside),
            running=tuple(sorted(process.name for process in inside if process.inner_pid != 1)),
            computing=sum(_is_computing(process.pid) for process in inside),
            strays=tuple(_marked(mark)),
            slot_groups=len({Path(group).name for group in groups if _is_slots(group)}),
            cgroups=sum(not _is_slots(group) for group in groups),
            mounts=tuple(sorted(Path("/proc/self/mountinfo").read_text().splitlines())),
            shared_memory=tuple(_shared_memory()),
            descriptors=(
                *sorted((f"{process.name}:{process.pid}", _count_descriptors(process.pid)) for process in outside),
                ("runner", _count_descriptors(os.getpid())),
            ),
        )

    def differences(self, later: Footprint, *, ready_slots: int) -> list[str]:
        """Say in words what is later there and should not be.  Up to ``ready_slots`` may wait for each zygote."""
        found = []
        if later.parked > ready_slots * later.zygotes:
            found.append(f"parked: {later.parked} slots, where {later.zygotes} kinds have at most {ready_slots} each")
        if later.slot_groups > later.parked:
            found.append(f"cgroups: those of {later.slot_groups} slots, where {later.parked} are there")
        if later.cgroups > self.cgroups:
            found.append(f"cgroups: {self.cgroups} became {later.cgroups}")
        if later.is_busy:
            found.append(f"running: {', '.join(later.running)} in {later.parked} slots")
        for name in ("strays", "shared_memory"):
            new = set(getattr(later, name)) - set(getattr(self, name))
            found += [f"{name}: {one} is new" for one in sorted(new)]
        found += [f"mounts: {one} came or went" for one in sorted(set(self.mounts) ^ set(later.mounts))]
        open_before = dict(self.descriptors)
        in_the_making = min(self.parked, later.parked) < ready_slots * later.zygotes
        more = _DESCRIPTORS_OF_A_SLOT * max(int(in_the_making), later.parked - self.parked)
        more += _DESCRIPTORS_OF_A_ZYGOTE * max(0, later.zygotes - self.zygotes)
        found += [
            f"descriptors: {open_before.get(process, 0)} of {process} became {count}"
            for process, count in later.descriptors
            if count > open_before.get(process, 0) + more
        ]
        return found


def _descendants(root: int) -> list[Process]:
    children: dict[int, list[Process]] = {}
    for process in _processes():
        children.setdefault(process.parent, []).append(process)
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += [process.pid for process in below]
    return found


def _processes() -> Iterator[Process]:
    for name in _names("/proc"):
        if not name.isdigit():
            continue
        try:
            status = Path("/proc", name, "status").read_text(errors="replace")
        except OSError:
            continue  # it has ended since
        said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        ids = said["NSpid"].split()
        yield Process(
            pid=int(name), parent=int(said["PPid"]), name=said["Name"], depth=len(ids) - 1, inner_pid=int(ids[-1])
        )


def _is_computing(pid: int) -> bool:
    try:
        threads = list(Path(f"/proc/{pid}/task").glob("*/stat"))
        return any(path.read_text(errors="replace").rpartition(")")[2].split()[0] in "RD" for path in threads)
    except OSError:
        return False  # it has ended since


def _marked(mark: str) -> list[int]:
    found = []
    for name in _names("/proc"):
        try:
            if name.isdigit() and mark.encode() in Path("/proc", name, "environ").read_bytes():
                found.append(int(name))
        except OSError:
            continue  # it has ended since, or it is not ours to read, and then it does not come from a case either
    return [pid for pid in found if pid != os.getpid()]


def _own_cgroups(owners: list[int]) -> list[str]:
    marks = [f"/runward.slots.{pid}." for pid in owners]
    return [folder for folder, _, _ in os.walk(_CGROUPS) if any(mark in folder for mark in marks)]


def _is_slots(group: str) -> bool:
    return Path(group).name.startswith("slot-")


def _count_descriptors(pid: int) -> int:
    try:
        return len(_names(f"/proc/{pid}/fd"))
    except OSError:
        return -1


def _shared_memory() -> Iterator[str]:
    try:
        _, *segments = Path("/proc/sysvipc/shm").read_text().splitlines()
    except FileNotFoundError:
        return
    for segment in segments:
        # Who has it attached, and since when, changes with every process of a server that has nothing to do with us.
        key, shmid, _, size, creator, *_ = segment.split()
        yield f"segment {shmid} (key {key}, {size} bytes, made by process {creator})"


def _names(folder: str) -> list[str]:
    return [path.name for path in Path(folder).iterdir()]
