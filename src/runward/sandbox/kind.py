"""Slot kinds: what the root of a slot contains.

A root is made of read-only binds that the definition of a runtime names, plus the few files, links and devices below
that every program may expect.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runward.domain.limits import MIB, Limits

LIBRARY = Path(__file__).with_name("runward-core.so")
USUAL_STACK_BYTES = Limits().stack_bytes
# Far below what a command line may hold; what the kernel says of longer ones, only an execution tells.
_MOST_CHARACTERS = 64 * 1024
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
class Warm:
    """A program that is started before there is a request, and goes on with one as if it had been started for it.

    Executed in the finished root as ``argv``, with ``environment`` and ``additions``: once, for every slot to be a fork of
    it, or where it is ``ahead``, in every slot anew, with the whole wall up.  ``program`` is shown to it at ``place``; it
    must do what core/main.c says of a warm zygote, with the core's library beside it, or what core/payload.c says of a
    program that is executed ahead.

    It takes requests whose command begins with ``command``, has no word behind that begins with one of ``cold_arguments``
    and is not very long, whose stack limit is the usual one, and whose variables with ``cold_prefixes`` are those of
    ``environment``.  Every other one is executed from the start: by a slot of the kind ``otherwise``, or where that is
    empty in the same slot.  One that waits may need ``memory_bytes`` and ``processes``; at most ``most_ready`` wait.
    """

    argv: tuple[str, ...]
    command: tuple[str, ...]
    environment: dict[str, str]
    additions: dict[str, str]
    program: str
    place: str
    cold_prefixes: tuple[str, ...]
    rehearsal: str = ""
    cold_arguments: tuple[str, ...] = ()
    ahead: bool = False
    otherwise: str = ""
    memory_bytes: int = 64 * MIB
    processes: int = 16
    most_ready: int | None = None

    def takes(self, argv: Sequence[str], environment: Mapping[str, str], limits: Limits) -> bool:
        """Tell whether it can go on with this request."""
        usual = limits.stack_bytes == USUAL_STACK_BYTES and tuple(argv[: len(self.command)]) == self.command
        usual = usual and not any(word.startswith(self.cold_arguments) for word in argv[len(self.command) :])
        size = sum(map(len, argv)) + sum(map(len, environment.values()))
        # A limit below what a parked one uses already would not hold.
        holds = not self.ahead or (limits.memory_bytes >= self.memory_bytes and limits.processes >= self.processes)
        fits = size < _MOST_CHARACTERS and (not self.ahead or _is_text([*argv, *environment.values()]))
        return usual and holds and fits and self._cold_part(environment) == self._cold_part(self.environment)

    def _cold_part(self, environment: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in environment.items() if name.startswith(self.cold_prefixes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The limits that most runs of a kind have: its ready slots are made with them, and one with other limits differs."""

    memory_bytes: int = Limits().memory_bytes
    processes: int = Limits().processes
    disk_bytes: int = Limits().disk_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotKind:
    """A root, and what waits in it; two steps for which all is the same share one kind and its ready slots."""

    name: str
    reads: tuple[Read, ...]
    usual: Usual = Usual()
    warm: Warm | None = None

    @property
    def guest_inside(self) -> int:
        """Return what id the guest has within a slot."""
        return GUEST_UID

    def describe(self, *, keep_proc: bool) -> bytes:
        """Return the root's description as core/root.c reads it.

        ``keep_proc`` is for the rootless case: the kernel lets a user namespace mount /proc only while it can see one.
        """
        records = [_record("v", f"/dev/{name}", f"/dev/{name}") for name in _DEVICES]
        records += [_record("b", read.source, read.target) for read in self._binds()]
        forks = self.warm is not None and not self.warm.ahead
        if self.warm is not None and forks:
            records.append(_record("b", str(LIBRARY), str(Path(self.warm.place).with_name("core.so"))))
        if keep_proc or forks:  # the interpreter looks at its own memory there
            records.append(b"p")
        records += [_record("m", folder) for folder in _FOLDERS]
        records += [_record("l", text, path) for path, text in {**_LINKS, **_merged_links()}.items()]
        records += [_record("f", path, text) for path, text in _FILES.items()]
        if self.warm is not None and self.warm.program:
            records.append(_record("f", self.warm.place, self.warm.program))
        if self.warm is not None and self.warm.rehearsal:
            records.append(_record("f", str(Path(self.warm.place).with_name("main.py")), self.warm.rehearsal))
        return b"".join(records)

    def _binds(self) -> list[Read]:
        host = {Read(source=path, target=path) for path in _HOST_READS} | {Read(source=_UTC, target="/etc/localtime")}
        wanted = {*self.reads, *(read for read in host if os.path.exists(read.source))}
        binds: list[Read] = []
        for read in sorted(wanted, key=lambda r: (r.target, r.source)):
            if not any(_covers(other, read) for other in binds):
                binds.append(read)
        return binds


def _is_text(strings: Sequence[str]) -> bool:
    """Tell whether a program that knows text alone can pass the strings on as they are."""
    try:
        "".join(strings).encode()
    except UnicodeEncodeError:
        return False
    return True


def _covers(outer: Read, inner: Read) -> bool:
    """Tell whether ``inner`` is already seen at its place through ``outer``."""
    below = inner.target.startswith(outer.target.rstrip("/") + "/")
    same = Path(outer.source) / os.path.relpath(inner.target, outer.target) == Path(inner.source)
    return inner == outer or (below and same)


def _merged_links() -> dict[str, str]:
    return {path: os.readlink(path) for path in _MERGED if os.path.islink(path)}


def _record(letter: str, *fields: str) -> bytes:
    return letter.encode() + b"".join(os.fsencode(field) + b"\0" for field in fields)
