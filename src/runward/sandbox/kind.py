"""Slot kinds: what the root of a slot contains.

A root is made of read-only binds that the definition of a runtime names, plus the few files, links and devices below
that every program may expect.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

GUEST_UID = 1000
HOST_NAME = "runward"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
    "/etc/mtab": "/proc/self/mounts",
}
_FOLDERS = ("/box", "/tmp", "/run", "/proc", "/dev/shm", "/etc", "/var/tmp", "/usr/bin")
_FILES = {
    "/etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nrunward:x:{GUEST_UID}:{GUEST_UID}:runward:/tmp:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "/etc/group": f"root:x:0:\nrunward:x:{GUEST_UID}:\nnogroup:x:65534:\n",
    "/etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_HOST_READS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/ssl/certs",
)
_UTC = "/usr/share/zoneinfo/Etc/UTC"
_MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Read:
    """A host path that the root shows read-only, at ``target``."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotKind:
    """A root; two steps whose reads are the same share one kind and its ready slots."""

    name: str
    reads: tuple[Read, ...]

    def describe(self, *, keep_proc: bool) -> bytes:
        """Return the root's description as core/root.c reads it.

        ``keep_proc`` is for the rootless case: the kernel lets a user namespace mount /proc only while it can see one.
        """
        records = [_record("m", folder) for folder in _FOLDERS]
        records += [_record("l", text, path) for path, text in {**_LINKS, **_merged_links()}.items()]
        records += [_record("f", path, text) for path, text in _FILES.items()]
        records += [_record("v", f"/dev/{name}", f"/dev/{name}") for name in _DEVICES]
        records += [_record("b", read.source, read.target) for read in self._binds()]
        if keep_proc:
            records.append(b"p")
        return b"".join(records)

    def _binds(self) -> list[Read]:
        host = {Read(source=path, target=path) for path in _HOST_READS} | {Read(source=_UTC, target="/etc/localtime")}
        wanted = {*self.reads, *(read for read in host if os.path.exists(read.source))}
        binds: list[Read] = []
        for read in sorted(wanted, key=lambda r: (r.target, r.source)):
            if not any(_covers(other, read) for other in binds):
                binds.append(read)
        return binds


def _covers(outer: Read, inner: Read) -> bool:
    """Tell whether ``inner`` is already seen at its place through ``outer``."""
    below = inner.target.startswith(outer.target.rstrip("/") + "/")
    same = Path(outer.source) / os.path.relpath(inner.target, outer.target) == Path(inner.source)
    return inner == outer or (below and same)


def _merged_links() -> dict[str, str]:
    return {path: os.readlink(path) for path in _MERGED if os.path.islink(path)}


def _record(letter: str, *fields: str) -> bytes:
    return letter.encode() + b"".join(os.fsencode(field) + b"\0" for field in fields)
