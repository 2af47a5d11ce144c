"""All layers, in the order in which one leans on another."""

from __future__ import annotations

from pathlib import Path

from runward.sandbox.layer import LayerStatus
from runward.sandbox.probe import kernel, resources
from runward.sandbox.probe.host import Host, this_host


def probe_host(*, disk: Path = Path("/")) -> tuple[LayerStatus, ...]:
    """Try every layer on this host and judge it; ``disk`` is a folder whose free room matters.  Takes about 0.1 s."""
    return judge(this_host(), disk=disk)


def judge(host: Host, *, disk: Path) -> tuple[LayerStatus, ...]:
    """Judge every layer by what was found on a host."""
    return (
        kernel.judge_kernel(host),
        kernel.judge_user_namespaces(host),
        kernel.judge_namespaces(host),
        kernel.judge_mounts(host),
        kernel.judge_proc(host),
        kernel.judge_seccomp(host),
        kernel.judge_landlock(host),
        resources.judge_cgroup(host),
        resources.judge_uids(host),
        resources.judge_core_dumps(host),
        resources.judge_swap(host),
        resources.judge_memory(host),
        resources.judge_disk(host, disk),
        resources.judge_clock(host),
    )
