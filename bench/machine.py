"""What the numbers were taken on, and how busy it was."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The facts that a reader needs to compare."""

    processor: str
    cores: int
    memory_mib: int
    kernel: str
    system: str
    cgroup: str
    virtual: bool


def describe_machine(cgroup: str) -> Machine:
    """Return the machine; ``cgroup`` is the version that the sandbox uses."""
    processors = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.partition(":")[2].strip() for line in processors.splitlines() if line.startswith("model name")), ""
    )
    return Machine(
        processor=model or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_mib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        kernel=platform.release(),
        system=platform.freedesktop_os_release()["PRETTY_NAME"],
        cgroup=cgroup,
        virtual=" hypervisor" in processors,
    )


def load() -> str:
    """Return the load averages as the kernel tells them."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())
