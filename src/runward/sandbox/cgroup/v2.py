"""The tree on cgroup v2: one directory; newborns enter it with clone3(CLONE_INTO_CGROUP)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import owner, subtree
from runward.sandbox.cgroup.delegation import Parent
from runward.sandbox.cgroup.files import Counter, read_words, write
from runward.sandbox.cgroup.tree import CgroupLimits, Version
from runward.sandbox.cgroup.v1 import PERIOD_US, SMALLEST_QUOTA_US

# As v1's shares, where one process has 100; the kernel takes at most 10,000.
_WEIGHT, _MOST_WEIGHT = 100, 10_000


class V2Tree:
    """The subtree of this supervisor below ``parent``; see CgroupTree."""

    version: Version = "v2"

    def __init__(self, parent: Parent, *, name: str) -> None:
        self._parent = parent
        self._directory = parent.directory / owner.new_name(name)
        self.directories = (self._directory,)
        self._lock = -1
        try:
            self._lock = owner.claim(self._directory)
            self.controllers = frozenset({"memory", "pids", "cpu"}) & read_words(self._directory / "cgroup.controllers")
            for controller in sorted(self.controllers):
                write(f"{self._directory}/cgroup.subtree_control", f"+{controller}")
            if "cpu" in self.controllers:
                write(f"{self._directory}/cpu.weight", str(min(_WEIGHT * (os.cpu_count() or 1), _MOST_WEIGHT)))
            self._has_swap = (self._directory / "memory.swap.max").exists()  # not where the kernel knows no swap
        except BaseException:
            self.close()
            raise

    def create(self, slot_name: str, limits: CgroupLimits) -> V2Cgroup:
        """Make the cgroup of a slot, with its limits in force."""
        directory, caps_cpus = f"{self._directory}/{slot_name}", "cpu" in self.controllers
        return V2Cgroup(directory, limits, caps_cpus=caps_cpus, has_swap=self._has_swap)

    def close(self) -> bool:
        """Kill and remove everything in the subtree and itself; return whether all of it is gone."""
        gone = subtree.kill_and_remove(self._directory)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        self._parent.restore()
        return gone


class V2Cgroup:
    """One slot's directory; see Cgroup."""

    __slots__ = ("_caps_cpus", "_cpu_time", "_directory", "_limits", "_oom", "_peak", "_pids", "birth_fds")

    into_cgroup = True

    def __init__(self, directory: str, limits: CgroupLimits, *, caps_cpus: bool, has_swap: bool) -> None:
        self._directory = directory
        self._caps_cpus = caps_cpus
        self._limits: CgroupLimits | None = None
        self._peak: Counter | None = None
        self.birth_fds: tuple[int, ...] = ()
        try:
            os.mkdir(directory, 0o755)
            self.birth_fds = (os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC),)
            self._cpu_time = Counter(f"{directory}/cpu.stat", b"usage_usec")
            self._oom = Counter(f"{directory}/memory.events", b"oom_kill")
            self._pids = Counter(f"{directory}/pids.events", b"max")
            with contextlib.suppress(FileNotFoundError):
                self._peak = Counter(f"{directory}/memory.peak")
            self.set_limits(limits)
            if has_swap:
                write(f"{directory}/memory.swap.max", "0")
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
            write(f"{self._directory}/memory.max", str(limits.memory_bytes))
        if old is None or old.processes != limits.processes:
            write(f"{self._directory}/pids.max", str(limits.processes))
        if (old is None and limits.cpus is not None) or (old is not None and old.cpus != limits.cpus):
            self._set_cpus(limits.cpus)
        self._limits = limits

    def cpu_time_ns(self) -> int | None:
        """Return the CPU time of all processes so far."""
        return self._cpu_time.read() * 1000

    def memory_peak_bytes(self) -> int | None:
        """Return the most memory held at any time; None before Linux 5.19, which does not tell."""
        return self._peak.read() if self._peak is not None else None

    def oom_kills(self) -> int:
        """Return how many processes the kernel killed because the memory limit was reached."""
        return self._oom.read()

    def process_limit_hits(self) -> int:
        """Return how often a fork was refused because of the process limit."""
        return self._pids.read()

    def processes(self) -> list[int]:
        """Return the process ids in it, as seen from here."""
        return subtree.list_processes(Path(self._directory))

    def kill(self) -> None:
        """Kill every process in it and stop new ones; returns when all are signalled, not when all are gone."""
        subtree.kill_processes(Path(self._directory))

    def try_remove(self) -> bool:
        """Remove it without waiting; return False where processes are still in it."""
        return self._remove(seconds=0)

    def remove(self) -> bool:
        """Remove it, waiting up to two seconds for it to be empty; return whether it is gone."""
        return self._remove(seconds=2)

    def _remove(self, *, seconds: float) -> bool:
        if not subtree.wait_and_remove(Path(self._directory), seconds=seconds):
            return False
        self._close()
        return True

    def _set_cpus(self, cpus: float | None) -> None:
        if not self._caps_cpus:
            raise SandboxError("a share of the processors cannot be enforced here: the cpu controller is not delegated")
        quota = "max" if cpus is None else str(max(SMALLEST_QUOTA_US, round(cpus * PERIOD_US)))
        write(f"{self._directory}/cpu.max", f"{quota} {PERIOD_US}")

    def _discard(self) -> None:
        self._close()
        subtree.try_remove(Path(self._directory))

    def _close(self) -> None:
        for name in ("_cpu_time", "_peak", "_oom", "_pids"):
            counter = getattr(self, name, None)
            if counter is not None:
                counter.close()
        for descriptor in self.birth_fds:
            os.close(descriptor)
        self.birth_fds = ()
