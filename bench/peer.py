"""The others: a bare process, and each installed sandbox with what it offers on its command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from bench.contestant import Absent, Attendance, WrongResult
from bench.crew import Crew, CrewContestant, command_contestant
from bench.workload import Workload

_NAMESPACES = ("pid", "mount", "network", "ipc", "uts", "cgroup")
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_BWRAP_NOTE = "new namespaces, read-only /usr, private /tmp, no capabilities; no cgroup, no seccomp filter"
_OCI_NOTE = "namespaces, read-only root of /usr, private /tmp, no capabilities, memory and pids limited; no seccomp"
_UNSHARE_NOTE = "namespaces alone: the host's files in sight, no limits"


async def open_peers(crew: Crew, folder: Path) -> Attendance:
    """Return the bare process and each peer that is installed, for every workload, and those that are not."""
    source = folder / "main.py"
    note = "no isolation at all"
    present = [
        command_contestant(crew, each, each.argv(str(source)), name="bare process", note=note) for each in Workload
    ]
    absent: list[Absent] = []
    for tool, note in (("unshare", _UNSHARE_NOTE), ("bwrap", _BWRAP_NOTE), ("crun", _OCI_NOTE), ("runc", _OCI_NOTE)):
        path = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
        if path is None:
            absent.append(Absent(name=tool, reason="not installed, and apt could not bring it"))
            continue
        peers = [_peer(crew, workload, folder, tool=path, note=f"{_version(path)}; {note}") for workload in Workload]
        try:
            await peers[0].run(1)
        except WrongResult as error:
            absent.append(Absent(name=tool, reason=f"it does not run here: {error}"))
        else:
            present += peers
    return present, absent


def _peer(crew: Crew, workload: Workload, folder: Path, *, tool: str, note: str) -> CrewContestant:
    name, source = Path(tool).name, folder / "main.py"
    match name:
        case "unshare":
            flags = ("--user", "--map-root-user", "--fork", "--pid", "--mount", "--net", "--ipc", "--uts", "--cgroup")
            argv = (tool, *flags, "--mount-proc", *workload.argv(str(source)))
        case "bwrap":
            argv = (tool, *_bwrap_flags(source), *workload.argv("/box/main.py"))
        case _:
            bundle = _write_bundle(folder / f"bundle-{name}-{workload}", workload, source)
            argv = (
                tool,
                "--root",
                str(folder / f"state-{name}"),
                "run",
                "--bundle",
                str(bundle),
                f"bench-{name}-{{id}}",
            )
    return command_contestant(crew, workload, argv, name=name, note=note)


def _bwrap_flags(source: Path) -> tuple[str, ...]:
    flags = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"]
    for name in _MERGED:
        if Path("/", name).is_symlink():
            flags += ["--symlink", f"usr/{name}", f"/{name}"]
    flags += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/box"]
    return (*flags, "--ro-bind", str(source), "/box/main.py", "--chdir", "/box", "--")


def _write_bundle(bundle: Path, workload: Workload, source: Path) -> Path:
    """Make an OCI bundle: a root of folders and links, with the host's /usr bound read-only."""
    root = bundle / "rootfs"
    for name in ("usr", "proc", "dev", "sys", "tmp", "box", "etc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in _MERGED:
        if Path("/", name).is_symlink() and not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    (root / "box" / "main.py").write_bytes(source.read_bytes())
    (bundle / "config.json").write_text(json.dumps(_oci_config(workload)))
    return bundle


def _oci_config(workload: Workload) -> dict[str, object]:
    private = ["nosuid", "nodev", "mode=1777", "size=64m"]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 1000, "gid": 1000},
            "args": workload.argv("/box/main.py"),
            "env": ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"],
            "cwd": "/box",
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "runward",
        "mounts": [
            {"destination": "/usr", "type": "bind", "source": "/usr", "options": ["rbind", "ro", "nosuid", "nodev"]},
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": private},
        ],
        "linux": {
            "namespaces": [{"type": name} for name in _NAMESPACES],
            "resources": {"memory": {"limit": 128 << 20}, "pids": {"limit": 64}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"],
        },
    }


def _version(tool: str) -> str:
    lines = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    return lines[0].replace("version ", "") if lines else Path(tool).name
