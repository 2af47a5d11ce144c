"""The run request as init reads it: packed into a sealed memory file, so that nobody can change it under init's eyes.

The layout is that of core/request.c; a change here is a change there, and in those that it names.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runward.domain.errors import RequestError
from runward.domain.limits import Limits
from runward.sandbox.terminal import Terminal

_HEADER = struct.Struct("=4s6I8Q")
_FILE = struct.Struct("=Ii")
MAX_INPUT_FDS = 199
MAX_COUNT = 65536
_LOCKED_BYTES = 65536
_MOST_NS = 2**64 - 1
_WARM, _TERMINAL = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFile:
    """A file to be put into the work folder: bytes, or a descriptor to copy from."""

    path: str
    content: bytes | int
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What init starts: an absolute path (or one relative to the work folder) first, never a shell line.

    ``warm``: a warm slot's interpreter goes on with it; everywhere else it is executed.  ``terminal``: instead of three pipes it
    has a terminal, whose descriptor goes with the request behind all others.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    files: Sequence[BoxFile] = ()
    collect: Sequence[str] = ()
    max_artifacts: int = 256
    warm: bool = False
    terminal: Terminal | None = None


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise RequestError(
            f"{text!r} holds half of a surrogate pair, which is no character: send valid text"
        ) from error


def _string(text: str) -> bytes:
    data = _encode(text)
    if b"\0" in data:
        raise RequestError(f"a NUL character cannot be part of an argument, a variable or a file name: {text!r}")
    return struct.pack("=I", len(data) + 1) + data + b"\0"


def check_path(path: str) -> None:
    """Raise RequestError unless the path stays inside the work folder."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or len(_encode(part)) > 255 for part in parts):
        raise RequestError(f"{path!r} is no name for a file in the work folder: it must be relative, without '..'")
    if len(_encode(path)) >= 4096:
        raise RequestError("a file name may have at most 4095 bytes")


def pack(command: Command, limits: Limits, *, address_space: int = 0) -> tuple[bytes, list[int]]:
    """Return the request's bytes and the descriptors of files that must go with it."""
    for what, items in (("arguments", command.argv), ("variables", command.environment), ("files", command.files)):
        if len(items) > MAX_COUNT:
            raise RequestError(f"there may be at most {MAX_COUNT} {what}")
    fds: list[int] = []
    # With control groups this is a backstop only, and what was started ahead has used some time before the request.
    cpu_backstop = int(limits.cpu_time.total_seconds()) + (2 if address_space else 10)
    wall_ns = min(int(limits.wall_time.total_seconds() * 1e9), _MOST_NS)
    flags = (_WARM if command.warm else 0) | (_TERMINAL if command.terminal else 0)
    counts = (len(command.argv), len(command.environment), len(command.files), len(command.collect))
    parts = [
        _HEADER.pack(
            *(b"RWR2", *counts, command.max_artifacts, flags),
            *(cpu_backstop, limits.file_bytes, limits.open_files, limits.stack_bytes),
            *(limits.processes + 8, address_space, _LOCKED_BYTES, wall_ns),
        )
    ]
    parts += map(_string, command.argv)
    parts += (_string(f"{name}={value}") for name, value in command.environment.items())
    for file in command.files:
        check_path(file.path)
        inline = isinstance(file.content, bytes)
        parts += (_FILE.pack(0o755 if file.executable else 0o644, -1 if inline else len(fds)), _string(file.path))
        if isinstance(file.content, bytes):
            parts += (struct.pack("=Q", len(file.content)), file.content)
        else:
            fds.append(file.content)
    parts += map(_string, command.collect)
    if len(fds) > MAX_INPUT_FDS:
        raise RequestError(f"at most {MAX_INPUT_FDS} compiled files can be carried over to the run step")
    return b"".join(parts), fds


def seal(data: bytes) -> int:
    """Return a descriptor of a sealed memory file that holds the data; the caller closes it."""
    fd = os.memfd_create("request", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    except BaseException:
        os.close(fd)
        raise
    return fd
