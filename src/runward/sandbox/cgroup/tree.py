"""What a tree of cgroups and one cgroup are, whichever hierarchy they live in; and the explicit way without them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Version = Literal["v1", "v2", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupLimits:
    """What all processes of a cgroup may use together; swap is always zero, ``cpus`` None means all of them."""

    memory_bytes: int
    processes: int
    cpus: float | None = None


class Cgroup(Protocol):
    """One slot's cgroup: its limits, what it used, and its end."""

    @property
    def birth_fds(self) -> tuple[int, ...]:
        """Return the descriptors for the newborn.

        With ``into_cgroup`` it is one directory for clone3(CLONE_INTO_CGROUP); else they are ``tasks`` files into each of
        which the newborn writes "0", in this order, before it forks, execs or changes its uid.
        """

    @property
    def into_cgroup(self) -> bool:
        """Tell how a process gets in: by clone3 (True) or by writing itself into ``birth_fds`` (False)."""

    def set_limits(self, limits: CgroupLimits) -> None:
        """Change the limits; only what differs is written."""

    def cpu_time_ns(self) -> int | None:
        """Return the CPU time of all processes so far; None where there is no cgroup to tell."""

    def memory_peak_bytes(self) -> int | None:
        """Return the most memory held at any time; None where the kernel does not tell (v2 before Linux 5.19)."""

    def oom_kills(self) -> int:
        """Return how many processes the kernel killed because the memory limit was reached."""

    def process_limit_hits(self) -> int:
        """Return how often a fork was refused because of the process limit."""

    def processes(self) -> list[int]:
        """Return the process ids in it, as seen from here."""

    def kill(self) -> None:
        """Kill every process in it and stop new ones; returns when all are signalled, not when all are gone."""

    def try_remove(self) -> bool:
        """Remove it without waiting; return False, and change nothing, where processes are still in it."""

    def remove(self) -> bool:
        """Remove it, waiting up to two seconds for it to be empty; return whether it is gone."""


class CgroupTree(Protocol):
    """The subtree of one supervisor."""

    @property
    def version(self) -> Version:
        """Return which hierarchy it lives in."""

    @property
    def directories(self) -> tuple[Path, ...]:
        """Return the absolute directories of the subtree, one for each hierarchy it needs."""

    @property
    def controllers(self) -> frozenset[str]:
        """Return what can be limited here: of ``memory``, ``pids`` and ``cpu``."""

    def create(self, slot_name: str, limits: CgroupLimits) -> Cgroup:
        """Make the cgroup of a slot, with its limits in force."""

    def close(self) -> bool:
        """Kill and remove everything in the subtree and itself; return whether all of it is gone."""


class _NoCgroup:
    """A slot without a cgroup: nothing is limited, nothing is told; process ids are for its pid namespace to kill."""

    birth_fds: tuple[int, ...] = ()
    into_cgroup = False

    def set_limits(self, limits: CgroupLimits) -> None:
        """Do nothing; rlimits hold what they can."""

    def cpu_time_ns(self) -> int | None:
        return None

    def memory_peak_bytes(self) -> int | None:
        return None

    def oom_kills(self) -> int:
        return 0

    def process_limit_hits(self) -> int:
        return 0

    def processes(self) -> list[int]:
        return []

    def kill(self) -> None:
        """Do nothing; the end of pid 1 ends every process of its namespace."""

    def try_remove(self) -> bool:
        return True

    def remove(self) -> bool:
        return True


class NoCgroups:
    """The tree of a host where cgroups cannot be used and the operator has allowed to go without."""

    version: Version = "none"
    directories: tuple[Path, ...] = ()
    controllers: frozenset[str] = frozenset()

    def create(self, slot_name: str, limits: CgroupLimits) -> Cgroup:
        """Return a cgroup that limits nothing."""
        return _NoCgroup()

    def close(self) -> bool:
        """Do nothing; there is nothing to remove."""
        return True
