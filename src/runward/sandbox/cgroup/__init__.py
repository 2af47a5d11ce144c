"""Control groups: limits and accounting for everything that a slot runs, on cgroup v1 and v2 alike.

Theory of operation.  ``open_tree`` makes one directory per hierarchy, the subtree of this supervisor; every slot gets a
child of it.  A process is born into its cgroup (clone3 on v2; on v1 it writes itself into ``tasks`` as its first act),
because moving one later waits 12 ms for the kernel.  Files read after each run are opened once, when the child is made.

The subtree bears its owner's pid and start time and is locked by its owner, so that a later supervisor can ``sweep`` what
a killed one left.  Mostly there is nothing: supervisor and guardian (process.py) clean up after each other.

Invariant: nothing here touches a cgroup that this package did not make, but for enabling controllers above the subtree
and (v2, a delegated cgroup that holds processes) moving those processes into the leaf ``runward-main``; both are undone.

May import ``domain`` only.
"""

from runward.sandbox.cgroup.owner import sweep
from runward.sandbox.cgroup.selection import CgroupsUnusable, open_tree
from runward.sandbox.cgroup.subtree import kill_and_remove
from runward.sandbox.cgroup.tree import Cgroup, CgroupLimits, CgroupTree, NoCgroups

__all__ = [
    "Cgroup",
    "CgroupLimits",
    "CgroupTree",
    "CgroupsUnusable",
    "NoCgroups",
    "kill_and_remove",
    "open_tree",
    "sweep",
]
