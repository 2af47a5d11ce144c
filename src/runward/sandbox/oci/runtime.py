"""The OCI runtimes that a tier can be made of: how each is found, called, and what it needs beside the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runward.domain.errors import RuntimeMissing
from runward.domain.limits import MIB
from runward.sandbox.kind import GUEST_UID, Read

CORE = Path(__file__).parent.parent / "runward-oci"
SPACE = "/run/cage/space"
_NOBODY = 65534
_SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class OciRuntime:
    """One runtime.  ``own_kernel``: the program speaks to a kernel within the sandbox, and its files live there.

    ``guest_id`` is the second id that the cage maps: the program's, or what the runtime itself becomes.  To start it takes
    ``tasks`` and ``memory_bytes``; then a task of the program costs ``tasks_per_task`` of the host, and ``spare_tasks`` more
    may come to those that the runtime has.
    """

    name: str
    path: str
    options: tuple[str, ...]
    own_kernel: bool
    guest_id: int
    tasks: int
    spare_tasks: int
    tasks_per_task: int
    memory_bytes: int

    def arguments(self) -> tuple[str, ...]:
        """Return the command that starts the bundle and leaves it running."""
        return (self.path, *self.options, "run", "--detach", "--bundle", SPACE, "program")

    def reads(self, core: str) -> tuple[Read, ...]:
        """Return what must be found in the root to start: the runtime's file, its libraries, and those of the keeper."""
        # The keeper has none, unless it was built where programs cannot be linked statically.
        paths = {self.path, *_libraries(self.path), *_libraries(core)}
        return tuple(Read(source=path, target=path) for path in sorted(paths))


def find_runtime(name: str) -> OciRuntime:
    """Return the runtime of this name on this host; raise RuntimeMissing, with the command that brings it."""
    found = shutil.which(name, path=_SEARCH)
    if found is None:
        raise RuntimeMissing(name)
    path = os.path.realpath(found)
    log, state = f"--log={SPACE}/log", f"--root={SPACE}/state"
    if name == "runsc":
        return OciRuntime(
            name=name,
            path=path,
            options=(state, log, "--ignore-cgroups", "--network=none", f"--platform={_platform(path)}"),
            own_kernel=True,
            guest_id=_NOBODY,
            tasks=96,
            spare_tasks=64,
            tasks_per_task=10,
            memory_bytes=256 * MIB,
        )
    options = (state, log) if name == "runc" else (state, log, "--cgroup-manager=disabled")
    return OciRuntime(
        name=name,
        path=path,
        options=options,
        own_kernel=False,
        guest_id=GUEST_UID,
        tasks=32,
        spare_tasks=0,
        tasks_per_task=1,
        memory_bytes=64 * MIB,
    )


def _platform(path: str) -> str:
    """Return how gVisor is to catch system calls: systrap, which needs no more than ptrace and is faster, where it is known."""
    told = subprocess.run([path, "flags"], capture_output=True, text=True, check=False)
    return "systrap" if "systrap" in told.stdout + told.stderr else "ptrace"


@cache
def _libraries(path: str) -> tuple[str, ...]:
    """Return the shared libraries of a program of the host, which is trusted: ldd may run it."""
    if shutil.which("ldd") is None:
        return ()  # it comes with every glibc; elsewhere the reads of the language must do
    told = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    words = [word for word in told.split() if word.startswith("/")]
    return tuple(str(Path(os.path.realpath(os.path.dirname(word)), os.path.basename(word))) for word in words)
