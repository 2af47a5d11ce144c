"""Control groups in which a runtime lives beside the program: its part is on top of every limit, and no part of what is told."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from runward.sandbox.cgroup import Cgroup, CgroupLimits, CgroupTree
from runward.sandbox.oci.runtime import OciRuntime

_USAGE = ("memory.current", "memory.usage_in_bytes")
_TASKS = ("pids.current",)


class SurplusTree:
    """A tree whose cgroups give a runtime what it needs; see CgroupTree."""

    def __init__(self, tree: CgroupTree, runtime: OciRuntime) -> None:
        self._tree, self._runtime = tree, runtime
        self.version = tree.version
        self.directories = tree.directories
        self.controllers = tree.controllers

    def create(self, slot_name: str, limits: CgroupLimits) -> Cgroup:
        """Make the cgroup of a slot, in which the runtime has room to start."""
        whole = _add(limits, self._runtime, memory_bytes=self._runtime.memory_bytes, tasks=self._runtime.tasks)
        cgroup = self._tree.create(slot_name, whole)
        return _SurplusCgroup(cgroup, self._runtime, [directory / slot_name for directory in self.directories])

    def close(self) -> bool:
        """Kill and remove everything in the subtree and itself."""
        return self._tree.close()


class _SurplusCgroup:
    """A slot's cgroup; see Cgroup.  The limits of the program are set when the runtime stands, so its part is known then."""

    def __init__(self, cgroup: Cgroup, runtime: OciRuntime, directories: list[Path]) -> None:
        self._cgroup, self._runtime, self._directories = cgroup, runtime, directories
        self._baseline = 0

    @property
    def birth_fds(self) -> tuple[int, ...]:
        return self._cgroup.birth_fds

    @property
    def into_cgroup(self) -> bool:
        return self._cgroup.into_cgroup

    def set_limits(self, limits: CgroupLimits) -> None:
        self._begin_peak()
        self._baseline = self._read(_USAGE)
        # One is in the limits already: a native slot's init.
        tasks = self._read(_TASKS) + self._runtime.spare_tasks - 1
        self._cgroup.set_limits(_add(limits, self._runtime, memory_bytes=self._baseline, tasks=tasks))

    def cpu_time_ns(self) -> int | None:
        return self._cgroup.cpu_time_ns()

    def memory_peak_bytes(self) -> int | None:
        peak = self._cgroup.memory_peak_bytes()
        return None if peak is None else max(0, peak - self._baseline)

    def oom_kills(self) -> int:
        return self._cgroup.oom_kills()

    def process_limit_hits(self) -> int:
        return self._cgroup.process_limit_hits()

    def processes(self) -> list[int]:
        return self._cgroup.processes()

    def kill(self) -> None:
        self._cgroup.kill()

    def try_remove(self) -> bool:
        return self._cgroup.try_remove()

    def remove(self) -> bool:
        return self._cgroup.remove()

    def _begin_peak(self) -> None:
        """Forget the peak of the start, where the kernel can (v1); elsewhere it is told where it was above the program's."""
        for directory in self._directories:
            with contextlib.suppress(OSError):
                (directory / "memory.max_usage_in_bytes").write_text("0")

    def _read(self, names: tuple[str, ...]) -> int:
        """Return the number in the first of these files that there is; 0 without cgroups."""
        for path in (directory / name for directory in self._directories for name in names):
            with contextlib.suppress(FileNotFoundError):
                return int(path.read_text())
        return 0


def _add(limits: CgroupLimits, runtime: OciRuntime, *, memory_bytes: int, tasks: int) -> CgroupLimits:
    return replace(
        limits,
        memory_bytes=limits.memory_bytes + memory_bytes,
        processes=limits.processes * runtime.tasks_per_task + tasks,
    )
