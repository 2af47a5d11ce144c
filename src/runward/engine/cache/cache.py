"""Finding and keeping what compilers made."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import suppress
from pathlib import Path

import structlog

from runward.engine.cache.entry import Damaged, Entry, EntryFile, pack, unpack
from runward.engine.cache.folder import Folder, State, chunks_of, room_for, state_of
from runward.engine.compiled import Compiled
from runward.sandbox import BoxFile, close_fds

# One program cannot push out more than this share of all others.
_LARGEST_SHARE = 8
_KNOWN_FILES = 4096

_log = structlog.get_logger()


class CompileCache:
    """Entries in a folder of our user's below ``place``; where that cannot be, there are none, and a line in the log."""

    def __init__(self, place: Path, *, size_bytes: int) -> None:
        self._place, self._size_bytes = place, size_bytes
        self._told = False
        # Large files that were checked against their digest: doing it again would cost more than running the program.
        self._checked: dict[str, State] = {}

    async def find(self, key: str) -> Compiled | None:
        """Return what was kept under the key; an entry that is damaged is removed and counts as none."""
        try:
            with self._open() as folder:
                entry = _read(folder, key)
                if entry is None:
                    return None
                if any(folder.state(name) != self._checked.get(name) for name in _names(key, entry)):
                    await asyncio.to_thread(self._check, key, entry)
                return self._take(folder, key, entry)
        except (Damaged, ValueError, LookupError, TypeError):
            await asyncio.to_thread(self._remove, key)
        except OSError as error:
            self._tell(error)
        return None

    def keep(self, key: str, compiled: Compiled) -> None:
        """Keep what a compile step made, unless it is too large; waits for the disk, so never in the event loop."""
        if compiled.size_bytes > self._size_bytes // _LARGEST_SHARE:
            return
        try:
            with self._open() as folder, folder.locked():
                if folder.state(key) is None:
                    self._write(folder, key, compiled)
        except OSError as error:
            self._tell(error)

    def make_for(self, uid: int, gid: int) -> None:
        """Make the folder of a user that this process, root, is about to become."""
        path = self._path(uid)
        with suppress(OSError):  # what is wrong is told when the folder is wanted
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)
            os.chown(path, uid, gid, follow_symlinks=False)

    def _path(self, uid: int) -> Path:
        return self._place / "compiled" / str(uid)

    def _open(self) -> Folder:
        # The server gives its privilege up after its start, and is another user from then on.
        return Folder(self._path(os.geteuid()))

    def _write(self, folder: Folder, key: str, compiled: Compiled) -> None:
        assert compiled.result is not None, "only what was compiled is kept"
        files = [_entry_file(file) for file in compiled.files]
        large = [file.content for file in compiled.files if isinstance(file.content, int)]
        data = pack(key, compiled.result, files)
        room = room_for(len(data)) + sum(room_for(file.size) for file in files if file.digest)
        folder.make_room(room, bound=self._size_bytes)
        for number, content in enumerate(large):
            folder.write(f"{key}.{number}", content)
        folder.write(key, data)  # last: with it the entry is there

    def _check(self, key: str, entry: Entry) -> None:
        """Compare the large files with their digests."""
        with self._open() as folder:
            for name, file in _names(key, entry).items():
                fd = _open_large(folder, name)
                try:
                    state, digest = state_of(os.fstat(fd)), _digest(fd)
                finally:
                    os.close(fd)
                if digest != file.digest:
                    raise Damaged
                if len(self._checked) >= _KNOWN_FILES:
                    self._checked.clear()
                self._checked[name] = state

    def _take(self, folder: Folder, key: str, entry: Entry) -> Compiled:
        names = iter(_names(key, entry))
        files: list[BoxFile] = []
        try:
            for file in entry.files:
                content = file.content if file.content is not None else self._open_checked(folder, next(names))
                files.append(BoxFile(path=file.path, content=content, executable=True))
        except BaseException:
            close_fds([file.content for file in files if isinstance(file.content, int)])
            raise
        return Compiled(entry.result, files, size_bytes=sum(file.size for file in entry.files))

    def _open_checked(self, folder: Folder, name: str) -> int:
        """Return a descriptor of a large file, if it is still the one whose digest was right."""
        fd = _open_large(folder, name)
        if state_of(os.fstat(fd)) == self._checked.get(name):
            return fd
        os.close(fd)
        raise Damaged

    def _remove(self, key: str) -> None:
        try:
            with self._open() as folder, folder.locked():
                folder.remove(key)  # its large files are written anew, or go with the next eviction
        except OSError as error:
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            told = f"{error}; programs are compiled each time until that is mended"
            _log.warning("compile_cache_unusable", folder=str(self._path(os.geteuid())), detail=told)
        self._told = True


def _read(folder: Folder, key: str) -> Entry | None:
    try:
        fd = folder.open(key)
    except FileNotFoundError:
        return None
    try:
        data = b"".join(chunks_of(fd))
        os.utime(fd)  # what is used stays
    finally:
        os.close(fd)
    return unpack(key, data)


def _names(key: str, entry: Entry) -> dict[str, EntryFile]:
    """Return the entry's large files by their names."""
    large = [file for file in entry.files if file.digest is not None]
    return {f"{key}.{number}": file for number, file in enumerate(large)}


def _entry_file(file: BoxFile) -> EntryFile:
    if isinstance(file.content, bytes):
        return EntryFile(path=file.path, size=len(file.content), content=file.content)
    return EntryFile(path=file.path, size=os.fstat(file.content).st_size, digest=_digest(file.content))


def _open_large(folder: Folder, name: str) -> int:
    try:
        return folder.open(name)
    except FileNotFoundError:
        raise Damaged from None


def _digest(fd: int) -> str:
    digest = hashlib.sha256()
    for chunk in chunks_of(fd):
        digest.update(chunk)
    return digest.hexdigest()
