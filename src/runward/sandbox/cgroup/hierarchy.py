"""Which cgroup hierarchies this process is in, and where their directories are.  See cgroups(7), proc(5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """One mounted hierarchy; ``own`` is the directory of this process's cgroup, below ``mount_point``."""

    version: int
    controllers: frozenset[str]
    mount_point: Path
    own: Path
    read_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mount:
    root: str
    point: str
    kind: str
    read_only: bool
    options: frozenset[str]


def read_hierarchies(proc: Path = Path("/proc")) -> list[Hierarchy]:
    """Return the hierarchies whose mount shows our own cgroup; those of a v1 name only (systemd's) are left out."""
    mounts = _read_mounts(proc)
    found = []
    for line in (proc / "self/cgroup").read_text().splitlines():
        number, names, path = line.split(":", 2)
        controllers = frozenset(name for name in names.split(",") if name and "=" not in name)
        if number != "0" and not controllers:
            continue
        kind = "cgroup" if controllers else "cgroup2"
        candidates = [
            Hierarchy(
                version=1 if controllers else 2,
                controllers=controllers,
                mount_point=Path(mount.point),
                own=own,
                read_only=mount.read_only,
            )
            for mount in mounts
            if mount.kind == kind and controllers <= mount.options and (own := _locate(mount, path)) is not None
        ]
        # The same hierarchy may be mounted twice (a container's read-only view first): prefer one that can be written.
        found += sorted(candidates, key=lambda hierarchy: hierarchy.read_only)[:1]
    return found


def _read_mounts(proc: Path) -> list[_Mount]:
    mounts = []
    for line in (proc / "self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        fields, (kind, _, super_options) = left.split(" "), right.split(" ", 2)
        if kind not in ("cgroup", "cgroup2"):
            continue
        super_flags = frozenset(super_options.split(","))
        mounts.append(
            _Mount(
                root=_unescape(fields[3]),
                point=_unescape(fields[4]),
                kind=kind,
                read_only="ro" in fields[5].split(",") or "ro" in super_flags,
                options=super_flags,
            )
        )
    return mounts


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _locate(mount: _Mount, path: str) -> Path | None:
    if ".." in PurePosixPath(path).parts:
        return None  # our cgroup lies outside of our cgroup namespace: no directory here is ours
    if not PurePosixPath(path).is_relative_to(mount.root):
        return None
    return Path(mount.point) / PurePosixPath(path).relative_to(mount.root)
