"""The others: a bare process, and each installed sandbox with what it offers on its command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.contestant import Absent, Contestant, Role, WrongResult
from bench.crew import Crew, CrewContestant, command_order
from bench.workload import Program

_NAMESPACES = ("pid", "mount", "network", "ipc", "uts", "cgroup")
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_BARE_NOTE = "no isolation at all"
_NOTES = {
    "unshare": "namespaces alone: the host's files in sight, no limits",
    "bwrap": "new namespaces, read-only /usr, private /tmp, no capabilities; no cgroup, no seccomp filter",
    "crun": "namespaces, read-only root of /usr, private /tmp, no capabilities, memory and pids limited; no seccomp",
    "runc": "namespaces, read-only root of /usr, private /tmp, no capabilities, memory and pids limited; no seccomp",
}


def bare_contestants(crew: Crew, programs: Sequence[Program], folder: Path, *, crowd: bool = True) -> list[Contestant]:
    """Return the programs as bare processes."""
    return [
        CrewContestant(
            name="bare process",
            note=_BARE_NOTE,
            workload=program.workload,
            role=Role.BARE,
            crew=crew,
            order=command_order(program.command(str(folder / "main.py")), output=program.output),
            crowd=crowd,
        )
        for program in programs
    ]


async def open_peers(crew: Crew, programs: Sequence[Program], folder: Path) -> tuple[list[Contestant], list[Absent]]:
    """Return each peer that is installed and runs here, for every program, and those that do not."""
    present: list[Contestant] = []
    absent: list[Absent] = []
    for tool, note in _NOTES.items():
        path = find_tool(tool)
        if path is None:
            absent.append(Absent(name=tool, reason="it is not installed"))
            continue
        told = f"{version_of(path)}; {note}"
        peers = [_peer(crew, program, folder, tool=path, note=told) for program in programs]
        try:
            await peers[0].run(1)
        except WrongResult as error:
            absent.append(Absent(name=tool, reason=f"it does not run here: {error}"))
        else:
            present += peers
    return present, absent


def find_tool(name: str) -> str | None:
    """Return the path of a peer's program, or None."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")


def _peer(crew: Crew, program: Program, folder: Path, *, tool: str, note: str) -> CrewContestant:
    name = Path(tool).name
    order = command_order(_peer_command(program, folder, tool=tool), output=program.output)
    return CrewContestant(name=name, note=note, workload=program.workload, role=Role.PEER, crew=crew, order=order)


def _peer_command(program: Program, folder: Path, *, tool: str) -> tuple[str, ...]:
    name, source = Path(tool).name, folder / "main.py"
    match name:
        case "unshare":
            flags = ("--user", "--map-root-user", "--fork", "--pid", "--mount", "--net", "--ipc", "--uts", "--cgroup")
            return (tool, *flags, "--mount-proc", *program.command(str(source)))
        case "bwrap":
            own = ("--tmpfs", "/tmp", "--dir", "/box", "--ro-bind", str(source), "/box/main.py", "--chdir", "/box")
            return (tool, *bwrap_flags(), *own, "--", *program.command("/box/main.py"))
        case _:
            bundle = _write_bundle(folder / f"bundle-{name}-{program.workload.name}", program, source)
            state = folder / f"state-{name}"
            return (tool, "--root", str(state), "run", "--bundle", str(bundle), f"bench-{name}-{{id}}")


def bwrap_flags() -> tuple[str, ...]:
    """Return what makes a root of the host's /usr, with nothing private in it yet."""
    flags = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"]
    for name in _MERGED:
        if Path("/", name).is_symlink():
            flags += ["--symlink", f"usr/{name}", f"/{name}"]
    return (*flags, "--proc", "/proc", "--dev", "/dev")


def _write_bundle(bundle: Path, program: Program, source: Path) -> Path:
    """Make an OCI bundle: a root of folders and links, with the host's /usr bound read-only."""
    root = bundle / "rootfs"
    for name in ("usr", "proc", "dev", "sys", "tmp", "box", "etc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in _MERGED:
        if Path("/", name).is_symlink() and not (root / name).is_symlink():
            (root / name).symlink_to(f"usr/{name}")
    (root / "box" / "main.py").write_bytes(source.read_bytes())
    (bundle / "config.json").write_text(json.dumps(_oci_config(program)))
    return bundle


def _oci_config(program: Program) -> dict[str, object]:
    private = ["nosuid", "nodev", "mode=1777", "size=64m"]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 1000, "gid": 1000},
            "args": program.command("/box/main.py"),
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


def version_of(tool: str) -> str:
    """Return what a tool says of itself."""
    lines = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
    return lines[0].replace("version ", "") if lines else Path(tool).name
