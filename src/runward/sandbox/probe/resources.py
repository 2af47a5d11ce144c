"""What runs share with the host: who they are on it, its memory and disk, its clock, what happens to their cores."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

from runward.sandbox.cgroup import CgroupsUnusable, open_tree
from runward.sandbox.cgroup.remedy import IN_CONTAINER, is_container
from runward.sandbox.layer import LayerStatus
from runward.sandbox.probe.host import Host

_MIB = 1024 * 1024
_LITTLE_MEMORY = 512 * _MIB
_LITTLE_DISK = 1024 * _MIB
_RELEASED = 1_750_000_000  # mid 2025: a clock before that is wrong
_UIDS_NEEDED = (0x70000000, 0x70000000 + 4096)


def judge_cgroup(host: Host) -> LayerStatus:
    """Tell whether memory, processes and processors can be limited, by making a subtree and removing it."""
    try:
        tree = open_tree(name="probe", proc=host.root / "proc")
    except CgroupsUnusable as unusable:
        return LayerStatus(name="cgroup", status="missing", detail="; ".join(unusable.reasons), fix=unusable.fix)
    version, controllers = tree.version, tree.controllers
    if not tree.close():
        return LayerStatus(
            name="cgroup", status="degraded", detail=f"{version}: the trial directory could not be removed"
        )
    detail = f"{version}: {', '.join(sorted(controllers))}"
    if "cpu" in controllers:
        return LayerStatus(name="cgroup", status="ok", detail=detail)
    return LayerStatus(
        name="cgroup", status="degraded", detail=f"{detail}; not cpu, so a share of the processors is no limit",
        fix=IN_CONTAINER if is_container(host.root) else _delegate_cpu(host),
    )  # fmt: skip


def judge_uids(host: Host) -> LayerStatus:
    """Tell whether every slot can have user ids of its own."""
    if host.trials.rootful:
        return _judge_root_range(host)
    ranges = [_subordinate_count(host, name) for name in ("etc/subuid", "etc/subgid")]
    tools = [tool for tool in ("newuidmap", "newgidmap") if shutil.which(tool, path=_search_path(host)) is None]
    if all(ranges) and not tools:
        return LayerStatus(name="uids", status="ok", detail=f"{min(ranges)} ids of {host.user} in /etc/subuid")
    lacking = [*tools, *(() if all(ranges) else (f"a range for {host.user} in /etc/subuid and /etc/subgid",))]
    return LayerStatus(
        name="uids", status="missing", detail=f"all slots would have one user id, for want of {', '.join(lacking)}",
        fix=IN_CONTAINER if is_container(host.root) else _subordinate_fix(host, install=bool(tools), add=not all(ranges)),
    )  # fmt: skip


def judge_core_dumps(host: Host) -> LayerStatus:
    """Tell what a crashing program would start; the core limit of 1 keeps it from that in every case."""
    pattern = host.read_sysctl("kernel.core_pattern") or ""
    detail = (
        f"the host's handler ({pattern[1:].split(' ')[0]}) is not started for runs" if pattern[:1] == "|" else "none"
    )
    return LayerStatus(name="core-dumps", status="ok", detail=detail)


def judge_swap(host: Host) -> LayerStatus:
    """Tell whether runs could be swapped out; cgroups forbid it, where the kernel accounts for swap."""
    lines = (host.read("proc/swaps") or "").splitlines()[1:]
    if not lines:
        return LayerStatus(name="swap", status="ok", detail="the host has none")
    accounted = (host.root / "proc/self/cgroup").exists() and "swapaccount=0" not in (host.read("proc/cmdline") or "")
    if accounted:
        return LayerStatus(name="swap", status="ok", detail="not for runs")
    fix = (
        f"remove swapaccount=0 from GRUB_CMDLINE_LINUX in /etc/default/grub; {host.sudo}update-grub; {host.sudo}reboot"
    )
    return LayerStatus(name="swap", status="degraded", detail="runs may be swapped out: swapaccount=0", fix=fix)


def judge_memory(host: Host) -> LayerStatus:
    """Tell how much memory is free for runs."""
    match = re.search(r"^MemAvailable:\s*(\d+) kB", host.read("proc/meminfo") or "", re.MULTILINE)
    if match is None:
        return LayerStatus(name="memory", status="degraded", detail="unknown: /proc/meminfo does not tell")
    free = int(match[1]) * 1024
    detail = f"{_show(free)} free"
    if free < _LITTLE_MEMORY:
        fix = "RUNWARD_READY_FORK=1 MAX_CONCURRENT_EXECUTIONS=1 runward serve"
        return LayerStatus(name="memory", status="degraded", detail=f"only {detail}", fix=fix)
    return LayerStatus(name="memory", status="ok", detail=detail)


def judge_disk(host: Host, folder: Path) -> LayerStatus:
    """Tell how much room the compile cache and the database have; what runs write stays in memory."""
    usage = shutil.disk_usage(folder)
    detail = f"{_show(usage.free)} free of {_show(usage.total)} in {folder}"
    if usage.free < _LITTLE_DISK:
        fix = f"{host.sudo}apt-get clean; du -xh --max-depth=2 {folder} | sort -h | tail"
        return LayerStatus(name="disk", status="degraded", detail=f"only {detail}", fix=fix)
    return LayerStatus(name="disk", status="ok", detail=detail)


def judge_clock(host: Host, now: float | None = None) -> LayerStatus:
    """Tell whether the clock is plausible; deadlines do not lean on it, but records do."""
    seconds = time.time() if now is None else now
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
    if seconds < _RELEASED:
        fix = f"{host.sudo}timedatectl set-ntp true"
        return LayerStatus(name="clock", status="degraded", detail=f"it says {shown}", fix=fix)
    return LayerStatus(name="clock", status="ok", detail=shown)


def _judge_root_range(host: Host) -> LayerStatus:
    first, end = _UIDS_NEEDED
    for line in (host.read("proc/self/uid_map") or "").splitlines():
        inside, _, count = (int(number) for number in line.split())
        if inside <= first and end <= inside + count:
            return LayerStatus(name="uids", status="ok", detail=f"two for each slot, from {first}")
    fix = f"RUNWARD_ALLOW_MISSING_LAYERS=uids, or a user namespace that maps {first} to {end - 1}"
    detail = f"the ids from {first} on are not mapped in this user namespace"
    return LayerStatus(name="uids", status="missing", detail=detail, fix=fix)


def _subordinate_count(host: Host, path: str) -> int:
    for line in (host.read(path) or "").splitlines():
        name, _, numbers = line.partition(":")
        first, _, count = numbers.partition(":")
        if name in (host.user, str(host.uid)) and first.isdigit() and count.isdigit():
            return int(count)
    return 0


def _subordinate_fix(host: Host, *, install: bool, add: bool) -> str:
    commands = ["sudo apt-get install uidmap"] if install else []
    if add:
        first = _first_free_id(host)
        ids = f"{first}-{first + 65535}"
        commands.append(f"sudo usermod --add-subuids {ids} --add-subgids {ids} {host.user}")
    return " && ".join(commands)


def _first_free_id(host: Host) -> int:
    """Return the end of all ranges given so far: usermod would not notice that two users share one."""
    lines = f"{host.read('etc/subuid') or ''}\n{host.read('etc/subgid') or ''}".splitlines()
    ranges = [line.split(":")[1:] for line in lines if line.count(":") == 2]
    return max([100_000, *(int(first) + int(count) for first, count in ranges)])


def _search_path(host: Host) -> str:
    return os.pathsep.join(str(host.root / folder) for folder in ("usr/bin", "bin", "usr/sbin", "usr/local/bin"))


def _delegate_cpu(host: Host) -> str:
    unit = "/etc/systemd/system/user@.service.d/delegate.conf"
    return (
        f"sudo mkdir -p {Path(unit).parent} && printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee {unit}"
        " && sudo systemctl daemon-reload  # then log in again"
        if host.has_systemd
        else f"{host.sudo}mount -t cgroup -o cpu cgroup /sys/fs/cgroup/cpu"
    )


def _show(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB" if size >= 1024**3 else f"{size // _MIB} MiB"
