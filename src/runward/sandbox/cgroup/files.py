"""Files of a cgroup: numbers read through descriptors that stay open, limits written by path."""

from __future__ import annotations

import os
from pathlib import Path

from runward.domain.errors import SandboxError


class Counter:
    """A number in a cgroup's file: the whole of it, or the value after ``key``; open until closed."""

    __slots__ = ("_descriptor", "_key")

    def __init__(self, path: str, key: bytes | None = None) -> None:
        self._key = key
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> int:
        """Return the number as it is now; 0 where the kernel has no such line."""
        words = os.pread(self._descriptor, 4096, 0).split()
        if self._key is None:
            return int(words[0])
        return int(words[words.index(self._key) + 1]) if self._key in words else 0

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def write(path: str, value: str) -> None:
    """Write a limit; a refusal of the kernel is a SandboxError that names the file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, value.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SandboxError(f"the kernel refused {value!r} in {path}: {error.strerror}") from error


def read_words(path: Path) -> frozenset[str]:
    """Return the words of a file such as cgroup.controllers; none where it does not exist."""
    try:
        return frozenset(path.read_text().split())
    except FileNotFoundError:
        return frozenset()
