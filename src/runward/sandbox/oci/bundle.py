"""The root of a slot kind with an OCI bundle in it: what core/cage.c finds below /run/cage."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import Any

from runward.sandbox.kind import GUEST_UID, HOST_NAME, Read, SlotKind
from runward.sandbox.oci.runtime import CORE, OciRuntime

PLACE = "/run/cage"
_KEEPER = f"{PLACE}/keeper"
# Of the keeper, in the user namespace of its cage; the program has none.
_CAPABILITIES = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_KILL", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"]
_NAMESPACES = ("pid", "mount", "ipc", "uts", "network")
_PROC = ("nosuid", "nodev", "noexec")


@dataclass(frozen=True, slots=True, kw_only=True)
class OciKind(SlotKind):
    """A slot kind whose slots are containers of a runtime."""

    runtime: OciRuntime
    core: str

    @classmethod
    def of(cls, kind: SlotKind, runtime: OciRuntime, *, core: str = str(CORE)) -> OciKind:
        """Return the kind on this runtime; no interpreter waits in it, for a container cannot be forked."""
        reads = (*kind.reads, *runtime.reads(core))
        return cls(name=kind.name, reads=reads, usual=kind.usual, runtime=runtime, core=core)

    @property
    def guest_inside(self) -> int:
        """Return the second id that the cage has: the program's, or what the runtime itself becomes."""
        return self.runtime.guest_id

    def describe(self, *, keep_proc: bool) -> bytes:
        """Return the root's description as core/root.c reads it, with all that a cage needs."""
        keeper = replace(self, reads=(*self.reads, Read(source=self.core, target=_KEEPER)))
        # In a user namespace of its own every cage can mount /proc only while it can see one.
        root = SlotKind.describe(keeper, keep_proc=True)
        files = {
            f"{PLACE}/config.json": json.dumps(_config(self.runtime)),
            f"{PLACE}/runtime": "\n".join(self.runtime.arguments()),
        }
        # crun looks at the latter, though it is told to do nothing there.
        folders = [f"{PLACE}/space", "/sys/fs/cgroup"]
        if not self.runtime.own_kernel:
            folders.append(f"{PLACE}/scratch")
        records = [b"m" + folder.encode() + b"\0" for folder in folders]
        records += [b"f" + path.encode() + b"\0" + os.fsencode(text) + b"\0" for path, text in files.items()]
        return root + b"".join(records)


def _config(runtime: OciRuntime) -> dict[str, Any]:
    """Return the container's configuration, see the runtime specification of the Open Container Initiative."""
    held = dict.fromkeys(("bounding", "effective", "permitted"), _CAPABILITIES)
    return {
        "ociVersion": "1.0.2",
        "hostname": HOST_NAME,
        # The mount is read-only as it is; a kernel of its own must be told, a runtime would lose nosuid with its remount.
        "root": {"path": "rootfs", "readonly": runtime.own_kernel},
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": [_KEEPER, "keeper", "own" if runtime.own_kernel else "shared"],
            "env": [],
            "cwd": "/",
            "noNewPrivileges": True,
            "capabilities": held,
        },
        "mounts": _sentry_mounts() if runtime.own_kernel else _kernel_mounts(),
        "linux": {"namespaces": [{"type": name} for name in _NAMESPACES]},
    }


def _kernel_mounts() -> list[dict[str, Any]]:
    # The scratch space is mounted by the cage, as in a native slot; the devices are in the root.
    proc = [*_PROC, "hidepid=invisible", "subset=pid"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": proc},
        {"destination": "/dev", "type": "bind", "source": "/dev", "options": ["rbind", "nosuid"]},
    ]


def _sentry_mounts() -> list[dict[str, Any]]:
    # Within the sandbox, so that no file of the program ever is one of the host: each place with the limit of the disk.
    scratch = ["nosuid", "nodev", "mode=755", f"uid={GUEST_UID}", f"gid={GUEST_UID}", "size=@DISK@"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": list(_PROC)},
        *(
            {"destination": place, "type": "tmpfs", "source": "tmpfs", "options": scratch}
            for place in ("/box", "/tmp", "/dev/shm")
        ),
    ]
