"""Which hierarchy to use on this host: v2 where it can do it, else v1, else an error that says how to mend it."""

from __future__ import annotations

import os
from pathlib import Path

from runward.domain.errors import LayerMissing, SandboxError
from runward.sandbox.cgroup.delegation import ParentUnusable, open_parent
from runward.sandbox.cgroup.hierarchy import Hierarchy, read_hierarchies
from runward.sandbox.cgroup.remedy import describe_fix
from runward.sandbox.cgroup.tree import CgroupLimits, CgroupTree
from runward.sandbox.cgroup.v1 import V1Tree
from runward.sandbox.cgroup.v2 import V2Tree

_V1_NEEDED = ("memory", "pids", "cpuacct")
_TRIAL = CgroupLimits(memory_bytes=16 * 1024 * 1024, processes=4)


class CgroupsUnusable(LayerMissing):
    """Neither hierarchy can be used; ``reasons`` tells why, ``fix`` is what the operator may do."""

    def __init__(self, *, reasons: list[str], fix: str) -> None:
        super().__init__(f"limits of memory and processes cannot be enforced: {'; '.join(reasons)}. To mend it: {fix}")
        self.reasons, self.fix = reasons, fix


def open_tree(*, name: str, proc: Path = Path("/proc")) -> CgroupTree:
    """Make the subtree of this supervisor, after a trial slot proved that it works; CgroupsUnusable where none does."""
    hierarchies = read_hierarchies(proc)
    reasons = []
    for open_version in (_open_v2, _open_v1):
        try:
            tree = open_version(hierarchies, name)
        except (ParentUnusable, SandboxError, OSError) as error:
            reasons.append(str(error))
            continue
        try:
            tree.create("trial", _TRIAL).remove()
        except SandboxError as error:
            tree.close()
            reasons.append(str(error))
            continue
        return tree
    raise CgroupsUnusable(reasons=reasons, fix=describe_fix(hierarchies))


def _open_v2(hierarchies: list[Hierarchy], name: str) -> CgroupTree:
    for hierarchy in hierarchies:
        if hierarchy.version == 2:
            if hierarchy.read_only:
                raise ParentUnusable(f"cgroup v2: {hierarchy.mount_point} is mounted read-only")
            try:
                return V2Tree(open_parent(hierarchy), name=name)
            except (ParentUnusable, SandboxError) as error:
                raise ParentUnusable(f"cgroup v2: {error}") from error
    raise ParentUnusable("cgroup v2: not mounted, or our cgroup is not visible in it")


def _open_v1(hierarchies: list[Hierarchy], name: str) -> CgroupTree:
    of = {name: hierarchy for hierarchy in hierarchies for name in hierarchy.controllers}
    for controller in _V1_NEEDED:
        if controller not in of:
            raise ParentUnusable(f"cgroup v1: the controller {controller} is not mounted")
        if of[controller].read_only:
            raise ParentUnusable(f"cgroup v1: {of[controller].mount_point} is mounted read-only")
        if not os.access(of[controller].own, os.W_OK):
            raise ParentUnusable(f"cgroup v1: {of[controller].own} is not writable for uid {os.geteuid()}")
    if "cpu" in of and (of["cpu"].read_only or not os.access(of["cpu"].own, os.W_OK)):
        del of["cpu"]
    return V1Tree(of, name=name)
