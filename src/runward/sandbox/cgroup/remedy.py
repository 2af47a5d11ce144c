"""The exact command that makes cgroups usable on this host."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from runward.sandbox.cgroup.hierarchy import Hierarchy

_FIRST_PID_NAMESPACE = "pid:[4026531836]"  # a constant of the kernel, PROC_PID_INIT_INO
IN_CONTAINER = "docker run --privileged --cgroupns=private …  # or outside of a container, which needs no privilege"


def describe_fix(hierarchies: Sequence[Hierarchy], *, root: Path = Path("/"), uid: int | None = None) -> str:
    """Return what the operator can do so that limits can be enforced."""
    uid = _uid_on_host(root) if uid is None else uid
    v1 = {name: hierarchy for hierarchy in hierarchies for name in hierarchy.controllers}
    v2 = next((hierarchy for hierarchy in hierarchies if hierarchy.version == 2), None)
    if is_container(root):
        return IN_CONTAINER
    if not hierarchies:
        return "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"
    if uid == 0:
        return _fix_for_root(v1, v2)
    if "memory" in v1:
        return _delegate_v1(v1, uid)
    if (root / "run/systemd/system").exists():
        return "systemd-run --user --scope --property=Delegate=yes -- runward serve"
    return _delegate_v2(v2.mount_point if v2 else Path("/sys/fs/cgroup"), uid)


def is_container(root: Path = Path("/")) -> bool:
    """Tell whether this is a container of Docker or Podman."""
    # The marks alone are not enough: a virtual machine made from an image of a container has them too.
    marked = (root / ".dockerenv").exists() or (root / "run/.containerenv").exists()
    return marked and os.readlink(root / "proc/self/ns/pid") != _FIRST_PID_NAMESPACE


def _uid_on_host(root: Path) -> int:
    """Return our user id as the host sees it, also when we are root of a user namespace of our own."""
    for line in (root / "proc/self/uid_map").read_text().splitlines():
        inside, outside, count = (int(number) for number in line.split())
        if inside <= os.geteuid() < inside + count:
            return outside + os.geteuid() - inside
    return os.geteuid()


def _fix_for_root(v1: dict[str, Hierarchy], v2: Hierarchy | None) -> str:
    read_only = [hierarchy for hierarchy in (v2, *v1.values()) if hierarchy is not None and hierarchy.read_only]
    if read_only:
        return " && ".join(dict.fromkeys(f"mount -o remount,rw {hierarchy.mount_point}" for hierarchy in read_only))
    if v1 and "memory" not in v1:
        return "add cgroup_enable=memory to the kernel's command line (GRUB_CMDLINE_LINUX, update-grub), then reboot"
    return "systemd-run --scope --property=Delegate=yes -- runward serve"


def _delegate_v1(v1: dict[str, Hierarchy], uid: int) -> str:
    owns = dict.fromkeys(str(v1[name].own) for name in ("pids", "memory", "cpuacct", "cpu") if name in v1)
    directories = " ".join(f"{own.rstrip('/')}/runward-{uid}" for own in owns)
    return (
        f"for d in {directories}; do sudo mkdir -p $d && sudo chown {uid} $d $d/tasks $d/cgroup.procs"
        " && echo $$ | sudo tee $d/cgroup.procs; done"
    )


def _delegate_v2(top: Path, uid: int) -> str:
    ours = f"{top}/runward-{uid}"
    delegated = " ".join(f"{ours}{name}" for name in ("", "/cgroup.procs", "/cgroup.subtree_control"))
    return (
        f"sudo mkdir -p {ours}/session"
        f" && echo +memory +pids +cpu | sudo tee {top}/cgroup.subtree_control {ours}/cgroup.subtree_control"
        f" && sudo chown {uid} {delegated} && echo $$ | sudo tee {ours}/session/cgroup.procs"
    )
