"""Where on cgroup v2 this supervisor may put its subtree.

A cgroup that distributes controllers to children may hold no process itself (but for the root).  So the candidates are,
in this order: our own cgroup where it is the root; our own cgroup where systemd marked it as delegated to us (Delegate=yes),
made a parent by moving its processes into a leaf; our parent, where whoever delegated it enabled the controllers there; our
own cgroup, made a parent, without a mark (a container); as root, the nearest ancestor that has the controllers or can.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import subtree
from runward.sandbox.cgroup.files import read_words, write
from runward.sandbox.cgroup.hierarchy import Hierarchy

NEEDED = frozenset({"memory", "pids"})
WANTED = NEEDED | {"cpu"}
MAIN_LEAF = "runward-main"


class ParentUnusable(Exception):
    """A candidate cannot be the parent of the subtree; the text says why."""


@dataclass(slots=True, kw_only=True)
class Parent:
    """The cgroup that holds the subtree, and what was changed in it to that end."""

    directory: Path
    enabled: list[str] = field(default_factory=list)
    has_main_leaf: bool = False

    def restore(self) -> None:
        """Undo the changes, where nobody else uses them by now."""
        if not (self.enabled or self.has_main_leaf):
            return
        with contextlib.suppress(SandboxError, ParentUnusable, OSError):
            if {path.name for path in self.directory.iterdir() if path.is_dir()} - {MAIN_LEAF}:
                return
            while self.enabled:
                write(f"{self.directory}/cgroup.subtree_control", f"-{self.enabled.pop()}")
            if self.has_main_leaf:
                self.has_main_leaf = False
                _move_processes(self.directory / MAIN_LEAF, self.directory)
                subtree.try_remove(self.directory / MAIN_LEAF)


def open_parent(hierarchy: Hierarchy) -> Parent:
    """Return the best cgroup to put the subtree in; ParentUnusable tells why none of the candidates is one."""
    reasons = []
    for directory, is_flat in _candidates(hierarchy):
        try:
            return _make_parent_of_own(directory) if is_flat else _use(directory)
        except ParentUnusable as unusable:
            reasons.append(str(unusable))
        except (OSError, SandboxError) as error:
            reasons.append(f"{directory}: {error}")
    raise ParentUnusable("; ".join(dict.fromkeys(reasons)) or "no cgroup above this process can be used")


def _candidates(hierarchy: Hierarchy) -> Iterator[tuple[Path, bool]]:
    own, top = hierarchy.own, hierarchy.mount_point
    if is_root_cgroup(own):
        yield own, False
        return
    marked = _is_marked_delegated(own)
    if marked:
        yield own, True
    if own != top:
        yield own.parent, False
    if not marked:
        yield own, True
    if os.geteuid() == 0:
        yield from ((path, False) for path in list(own.parents)[1:] if path.is_relative_to(top))


def is_root_cgroup(directory: Path) -> bool:
    """Tell whether this is the root of the whole hierarchy, not only of our cgroup namespace."""
    return not (directory / "cgroup.type").exists()


def _is_marked_delegated(directory: Path) -> bool:
    for name in ("trusted.delegate", "user.delegate"):  # systemd sets the second for user services
        with contextlib.suppress(OSError):
            if os.getxattr(directory, name) == b"1":
                return True
    return False


def _use(directory: Path) -> Parent:
    _require_writable(directory)
    if not NEEDED <= read_words(directory / "cgroup.subtree_control") and (
        not is_root_cgroup(directory) and subtree.list_processes(directory)
    ):
        raise ParentUnusable(f"{directory} holds processes and does not distribute memory and pids")
    return _enable(Parent(directory=directory))


def _make_parent_of_own(directory: Path) -> Parent:
    """Move all processes of our own cgroup into a leaf below it, so that it can distribute controllers."""
    _require_writable(directory)
    missing = NEEDED - read_words(directory / "cgroup.controllers")
    if missing:
        raise ParentUnusable(f"{directory} was not given the controllers {' and '.join(sorted(missing))}")
    if 0 in subtree.list_processes(directory):
        raise ParentUnusable(f"{directory} holds processes of another pid namespace")
    leaf = directory / MAIN_LEAF
    leaf.mkdir(exist_ok=True)
    parent = Parent(directory=directory, has_main_leaf=True)
    try:
        _move_processes(directory, leaf)
        return _enable(parent)
    except BaseException:
        parent.restore()
        raise


def _enable(parent: Parent) -> Parent:
    control = parent.directory / "cgroup.subtree_control"
    present = read_words(control)
    for controller in sorted(WANTED & read_words(parent.directory / "cgroup.controllers") - present):
        with contextlib.suppress(SandboxError):
            write(str(control), f"+{controller}")
            parent.enabled.append(controller)
    missing = NEEDED - read_words(control)
    if missing:
        parent.restore()
        raise ParentUnusable(f"{parent.directory} cannot distribute {' and '.join(sorted(missing))}")
    return parent


def _require_writable(directory: Path) -> None:
    # cgroup.procs too: the kernel asks for it in the common ancestor of a process's old and new cgroup.
    for path in (directory, directory / "cgroup.procs", directory / "cgroup.subtree_control"):
        if not os.access(path, os.W_OK):
            raise ParentUnusable(f"{path} is not writable for uid {os.geteuid()}")


def _move_processes(source: Path, target: Path) -> None:
    for _ in range(100):  # some may be forking meanwhile
        pids = subtree.list_processes(source)
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                _move(pid, target)
    raise ParentUnusable(f"the processes of {source} cannot be moved: new ones appear all the time")


def _move(pid: int, target: Path) -> None:
    with open(target / "cgroup.procs", "w") as procs:
        procs.write(str(pid))
