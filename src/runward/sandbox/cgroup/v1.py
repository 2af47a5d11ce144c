"""The tree on cgroup v1: one directory per controller, in each of which a newborn writes itself into ``tasks``.

Needs memory, pids and cpuacct; cpu where it is there.  Controllers may be mounted together, then they share a directory.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import owner, subtree
from runward.sandbox.cgroup.files import Counter, write
from runward.sandbox.cgroup.hierarchy import Hierarchy
from runward.sandbox.cgroup.tree import CgroupLimits, Version

PERIOD_US = 100_000
SMALLEST_QUOTA_US = 1_000
# For all slots together, so that on each processor guests weigh as much as one other process: with less, a run waits for
# whatever else the machine does; with more, a busy guest starves the platform.
_SHARES = 1024
_SOCKET_MEMORY = "memory.kmem.tcp.limit_in_bytes"  # of every protocol, despite its name
_SOCKET_SHARE = 8
# pids first: what is not in there is in none, so listing and killing need to look there only.
_ORDER = ("pids", "memory", "cpuacct", "cpu")


class V1Tree:
    """The subtree of this supervisor in each v1 hierarchy; see CgroupTree."""

    version: Version = "v1"

    def __init__(self, hierarchies: Mapping[str, Hierarchy], *, name: str) -> None:
        self.controllers = frozenset(hierarchies) & {"memory", "pids", "cpu"}
        directory_name = owner.new_name(name)
        self._of = {
            controller: hierarchies[controller].own / directory_name
            for controller in _ORDER
            if controller in hierarchies
        }
        self.directories = tuple(dict.fromkeys(self._of.values()))
        self._locks: list[int] = []
        try:
            self._locks += (owner.claim(directory) for directory in self.directories)
            if "cpu" in self._of:
                write(f"{self._of['cpu']}/cpu.shares", str(_SHARES * (os.cpu_count() or 1)))
            self._has_memsw = (self._of["memory"] / "memory.memsw.limit_in_bytes").exists()
            self._has_socket_memory = (self._of["memory"] / _SOCKET_MEMORY).exists()
        except BaseException:
            self.close()
            raise

    def create(self, slot_name: str, limits: CgroupLimits) -> V1Cgroup:
        """Make the cgroup of a slot, with its limits in force."""
        directories = {controller: f"{directory}/{slot_name}" for controller, directory in self._of.items()}
        return V1Cgroup(directories, limits, has_memsw=self._has_memsw, has_socket_memory=self._has_socket_memory)

    def close(self) -> bool:
        """Kill and remove everything in the subtree and itself; return whether all of it is gone."""
        gone = [subtree.kill_and_remove(directory) for directory in self.directories]
        while self._locks:
            os.close(self._locks.pop())
        return all(gone)


class V1Cgroup:
    """One slot's directories, one for each hierarchy; see Cgroup."""

    __slots__ = (
        *("_cpu_time", "_directories", "_has_memsw", "_has_socket_memory", "_limits"),
        *("_of", "_oom", "_peak", "_pids", "birth_fds"),
    )

    into_cgroup = False

    def __init__(
        self, directories: Mapping[str, str], limits: CgroupLimits, *, has_memsw: bool, has_socket_memory: bool
    ) -> None:
        self._of = directories
        self._directories = tuple(dict.fromkeys(directories.values()))
        self._has_memsw, self._has_socket_memory = has_memsw, has_socket_memory
        self._limits: CgroupLimits | None = None
        self.birth_fds: tuple[int, ...] = ()
        try:
            for directory in self._directories:
                os.mkdir(directory, 0o755)
                self.birth_fds += (os.open(f"{directory}/tasks", os.O_WRONLY | os.O_CLOEXEC),)
            self._cpu_time = Counter(f"{directories['cpuacct']}/cpuacct.usage")
            self._peak = Counter(f"{directories['memory']}/memory.max_usage_in_bytes")
            self._oom = Counter(f"{directories['memory']}/memory.oom_control", b"oom_kill")
            self._pids = Counter(f"{directories['pids']}/pids.events", b"max")
            self.set_limits(limits)
        except OSError as error:
            self._discard()
            raise SandboxError(f"the cgroup of a slot could not be made: {error}") from error
        except SandboxError:
            self._discard()
            raise

    def set_limits(self, limits: CgroupLimits) -> None:
        """Change the limits; only what differs is written."""
        old, self._limits = self._limits, None  # unknown until all are written
        if old is None or old.memory_bytes != limits.memory_bytes:
            self._set_memory(limits.memory_bytes, raising=old is not None and limits.memory_bytes > old.memory_bytes)
        if old is None or old.processes != limits.processes:
            write(f"{self._of['pids']}/pids.max", str(limits.processes))
        if (old is None and limits.cpus is not None) or (old is not None and old.cpus != limits.cpus):
            self._set_cpus(limits.cpus)
        self._limits = limits

    def cpu_time_ns(self) -> int | None:
        """Return the CPU time of all processes so far."""
        return self._cpu_time.read()

    def memory_peak_bytes(self) -> int | None:
        """Return the most memory held at any time."""
        return self._peak.read()

    def oom_kills(self) -> int:
        """Return how many processes the kernel killed because the memory limit was reached."""
        return self._oom.read()

    def process_limit_hits(self) -> int:
        """Return how often a fork was refused because of the process limit."""
        return self._pids.read()

    def processes(self) -> list[int]:
        """Return the process ids in it, as seen from here."""
        return subtree.list_processes(Path(self._of["pids"]))

    def kill(self) -> None:
        """Kill every process in it and stop new ones; returns when all are signalled, not when all are gone."""
        subtree.kill_processes(Path(self._of["pids"]))

    def try_remove(self) -> bool:
        """Remove it without waiting; return False where processes are still in it."""
        return self._remove(seconds=0)

    def remove(self) -> bool:
        """Remove it, waiting up to two seconds for it to be empty; return whether it is gone."""
        return self._remove(seconds=2)

    def _remove(self, *, seconds: float) -> bool:
        # In birth order: what is not empty in pids stays whole, its accounts still readable.
        if not all(subtree.wait_and_remove(Path(directory), seconds=seconds) for directory in self._directories):
            return False
        self._close()
        return True

    def _set_memory(self, memory_bytes: int, *, raising: bool) -> None:
        names = ["memory.limit_in_bytes"]
        if self._has_memsw:  # memory and swap together; never below the limit of memory alone, not even in between
            names.insert(0 if raising else 1, "memory.memsw.limit_in_bytes")
        for name in names:
            write(f"{self._of['memory']}/{name}", str(memory_bytes))
        # What waits in sockets is a count of its own here; without a limit of its own it has none at all.
        if self._has_socket_memory:
            write(f"{self._of['memory']}/{_SOCKET_MEMORY}", str(memory_bytes // _SOCKET_SHARE))
        if not self._has_memsw and not raising:
            write(f"{self._of['memory']}/memory.swappiness", "0")

    def _set_cpus(self, cpus: float | None) -> None:
        if "cpu" not in self._of:
            raise SandboxError("a share of the processors cannot be enforced here: the cpu controller is not available")
        quota = -1 if cpus is None else max(SMALLEST_QUOTA_US, round(cpus * PERIOD_US))
        write(f"{self._of['cpu']}/cpu.cfs_quota_us", str(quota))

    def _discard(self) -> None:
        self._close()
        for directory in self._directories:
            subtree.try_remove(Path(directory))

    def _close(self) -> None:
        for name in ("_cpu_time", "_peak", "_oom", "_pids"):
            counter = getattr(self, name, None)
            if counter is not None:
                counter.close()
        for descriptor in self.birth_fds:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.birth_fds = ()
