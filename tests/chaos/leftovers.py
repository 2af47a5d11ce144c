"""What a deployment that was killed over and over has left on the host: it must be nothing."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Far above the ids that other servers of this host give to their slots; a supervisor takes a block of 4,096.
_FIRST_UID, _LAST_UID, _UIDS = 0x74000000, 0x7F000000, 4096 * 64
_OWNED = re.compile(r"runward\.[^/]+\.(\d+)\.(\d+)\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """By what the processes of one deployment are known: a folder in their environment, or user ids of its own."""

    folder: str
    first_uid: int

    @classmethod
    def choose_uids(cls) -> int:
        """Return the first of the user ids of a deployment's slots."""
        return random.randrange(_FIRST_UID, _LAST_UID, _UIDS)

    def leftovers(self, owners: set[tuple[int, int]]) -> list[str]:
        """Return in words what is there of it; ``owners`` are its processes past and present, by id and start."""
        return [*self._processes(), *_cgroups(owners), *self._mounts()]

    def _processes(self) -> Iterator[str]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                uid = process.stat().st_uid
                ours = self.first_uid <= uid < self.first_uid + _UIDS
                if ours or self.folder.encode() in (process / "environ").read_bytes():
                    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    yield f"process {process.name} of user {uid}: {command}"
            except OSError:
                continue  # it has ended meanwhile

    def _mounts(self) -> Iterator[str]:
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            if self.folder in line:
                yield f"mount: {line}"


def _cgroups(owners: set[tuple[int, int]]) -> Iterator[str]:
    for folder, _, _ in os.walk("/sys/fs/cgroup"):
        match = _OWNED.fullmatch(Path(folder).name)
        if match and (int(match[1]), int(match[2])) in owners:
            yield f"control group: {folder}"


def start_of(pid: int) -> int | None:
    """Return what tells a process from a later one of the same id."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return None
