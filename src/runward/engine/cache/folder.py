"""A folder of files of one user alone, written by one process at a time, and bounded in size.

A file is written as ``.making``, of which there is one, and renamed.  The total is in ``.total``; it is raised before a
file appears, so that whoever is killed in between leaves a total too high, which the next eviction puts right.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

_MAKING, _TOTAL, _LOCK = ".making", ".total", ".lock"
_BLOCK = 4096
_CHUNK = 1 << 20
_DIGITS = 20
# Evicting down to this share of the bound leaves the folder alone for a while.
_KEPT_SHARE = 0.9
_LOCK_SECONDS, _LOCK_PAUSE = 2, 0.005

State = tuple[int, int, int, int]


class Folder:
    """The folder, held open: nothing that happens to its path leads elsewhere."""

    def __init__(self, path: Path) -> None:
        """Open the folder, made if need be; raise OSError where it is not ours alone."""
        try:
            self._fd = _open_folder(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)
            self._fd = _open_folder(path)
        status = os.fstat(self._fd)
        # Whoever else may write here could plant programs, and whoever may read has all that was compiled.
        if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
            os.close(self._fd)
            raise PermissionError(f"{path} must be its user's own and closed to others; remove it")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def open(self, name: str) -> int:
        """Return a descriptor to read a file; raise FileNotFoundError where there is none."""
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._fd)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer; waits, so never in the event loop, and raises TimeoutError where that is in vain."""
        lock = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self._fd)
        try:
            _take(lock)
            yield
        finally:
            os.close(lock)

    def state(self, name: str) -> State | None:
        """Return what tells a file from any other, and from itself once it is changed; None where there is none."""
        try:
            return state_of(os.stat(name, dir_fd=self._fd, follow_symlinks=False))
        except FileNotFoundError:
            return None

    def write(self, name: str, source: bytes | int) -> None:
        """Write a file, of bytes or of all that a descriptor holds.  Only while locked."""
        try:
            # What a killed writer left in this place is overwritten.
            making = os.open(_MAKING, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600, dir_fd=self._fd)
            with open(making, "wb", buffering=0) as file:  # noqa: PTH123  (a descriptor has no path)
                for chunk in chunks_of(source):
                    view = memoryview(chunk)
                    while view:
                        view = view[file.write(view) :]
            os.rename(_MAKING, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
        except BaseException:
            self.remove(_MAKING)
            raise

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._fd)

    def make_room(self, size: int, *, bound: int) -> None:
        """Count ``size`` in, evicting the entries that were not used for longest.  Only while locked."""
        total = self._total()
        if total is None or total + size > bound:
            total = self._evict(bound * _KEPT_SHARE - size)
        self._set_total(total + size)

    def _evict(self, bound: float) -> int:
        """Remove what belongs to no entry, then whole entries until what is left fits; return its size."""
        sizes: dict[str, dict[str, int]] = {}
        with os.scandir(self._fd) as listing:
            for item in listing:
                if not item.name.startswith("."):
                    entry = item.name.partition(".")[0]
                    sizes.setdefault(entry, {})[item.name] = room_for(item.stat(follow_symlinks=False).st_size)
        used = {entry: self._last_use(entry) for entry in sizes}
        total = sum(sum(files.values()) for files in sizes.values())
        for entry in sorted(used, key=lambda entry: used[entry]):
            if total <= bound and used[entry]:
                break
            # The entry's own file goes first: without it the others are nothing.
            for name in sorted(sizes[entry], key=len):
                self.remove(name)
            total -= sum(sizes[entry].values())
        return total

    def _last_use(self, entry: str) -> int:
        """Return when an entry was used last; 0 for large files whose writer was killed before it wrote their entry."""
        try:
            return os.stat(entry, dir_fd=self._fd, follow_symlinks=False).st_mtime_ns
        except FileNotFoundError:
            return 0

    def _total(self) -> int | None:
        """Return the size of all entries; None where it is not known."""
        try:
            fd = self.open(_TOTAL)
        except FileNotFoundError:
            return None
        try:
            return int(os.read(fd, _DIGITS))
        except ValueError:
            return None
        finally:
            os.close(fd)

    def _set_total(self, total: int) -> None:
        fd = os.open(_TOTAL, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self._fd)
        try:
            os.write(fd, f"{total:0{_DIGITS}}".encode())
        finally:
            os.close(fd)


def _open_folder(path: Path) -> int:
    # O_NOFOLLOW: a link in its place could lead to a folder of somebody else's choice.
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _take(lock: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # A process that was stopped while it had the lock must not stop all others.
            if time.monotonic() > deadline:
                raise TimeoutError("another process has it locked") from None
            time.sleep(_LOCK_PAUSE)


def state_of(status: os.stat_result) -> State:
    """Return what any change to a file changes."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def room_for(size: int) -> int:
    """Return what a file of this size takes on the disk."""
    return -(-size // _BLOCK) * _BLOCK


def chunks_of(source: bytes | int) -> Iterator[bytes]:
    """Yield the content of a file that is given as bytes or as a descriptor, whose offset stays where it is."""
    if isinstance(source, bytes):
        yield source
        return
    at = 0
    while chunk := os.pread(source, _CHUNK, at):
        yield chunk
        at += len(chunk)
