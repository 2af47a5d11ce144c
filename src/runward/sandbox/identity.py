"""Who a slot is on the host: two user ids that no other slot and no user of the host has.

As root they come from a range far above those of people and services, in blocks claimed by a lock file, so that two
supervisors on one host never share one.  Rootless they come from the user's range in /etc/subuid; without one, every
slot has the user's own id (one id, degraded: the namespaces alone keep slots apart).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runward.domain.errors import LayerMissing

BLOCK = 4096
# Above what systemd hands to containers (0x6FFFFFFF), below where user ids turn negative.
ROOT_BASE = 0x70000000
_LAST = 0x7FFFFFF0
_CLONE_NEWUSER = 0x10000000
_CAP_SYS_ADMIN = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotIds:
    """Ids in the supervisor's user namespace; equal where there is only one."""

    init: int
    guest: int


class UidPool:
    """Hands out ids, each to one slot at a time."""

    def __init__(self, *, first: int, count: int, lock: int | None, single: bool) -> None:
        self.single = single
        self._lock = lock
        self._free = deque(SlotIds(init=uid, guest=uid + 1) for uid in range(first, first + count - 1, 2))

    def acquire(self) -> SlotIds:
        """Return ids that nobody has; raise LayerMissing when all are taken."""
        if self.single:
            return SlotIds(init=0, guest=0)
        if not self._free:
            raise LayerMissing("all user ids for slots are taken; widen the user's range in /etc/subuid")
        return self._free.popleft()

    def release(self, ids: SlotIds) -> None:
        """Take ids back; they go to the end of the line, so that reuse is late."""
        if not self.single:
            self._free.append(ids)


def is_rootful() -> bool:
    """Tell whether this process may make namespaces and set ids without a user namespace of its own."""
    if os.geteuid() != 0:
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective.split()[1], 16) >> _CAP_SYS_ADMIN & 1)


def open_rootful_pool(base: int = ROOT_BASE) -> UidPool:
    """Claim a block of ids from the host's range."""
    first, lock = _claim_block(Path("/run/runward/uids"), base, (_LAST - base) // BLOCK, BLOCK)
    return UidPool(first=first, count=BLOCK, lock=lock, single=False)


def enter_user_namespace(*, allow_single_uid: bool) -> UidPool:
    """Become root of a user namespace of our own; must be called before any thread or event loop exists."""
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # an id without an account, as containers have; a range may be given to the number itself
        user = str(os.geteuid())
    uids, gids = _subordinate_range(Path("/etc/subuid"), user), _subordinate_range(Path("/etc/subgid"), user)
    if uids and gids and shutil.which("newuidmap") and shutil.which("newgidmap"):
        count = min(uids[1], gids[1])
        block = min(BLOCK, count // 8)
        # Before the namespace changes who we are: the folder is the user's.
        start, lock = _claim_block(_user_folder(), 1, count // block, block)
        _unshare_with(lambda pid: _map_range(pid, (uids[0], gids[0]), count))
        return UidPool(first=start, count=block, lock=lock, single=False)
    if not allow_single_uid:
        raise LayerMissing(
            f"{user} has no range of user ids for slots; `runward doctor` tells the command that gives one "
            "(or name the layer uids in RUNWARD_ALLOW_MISSING_LAYERS, and all slots share your own id)"
        )
    _unshare_with(_map_self)
    return UidPool(first=0, count=0, lock=None, single=True)


def _subordinate_range(path: Path, user: str) -> tuple[int, int] | None:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, numbers = line.partition(":")
        if name in (user, str(os.getuid())) and numbers.replace(":", "").isdigit():
            first, count = numbers.split(":")
            return int(first), int(count)
    return None


def _unshare_with(write_maps: Callable[[int], None]) -> None:
    """Leave the user namespace; a child that stays behind writes the maps, for only it may."""
    parent, (start, go) = os.getpid(), os.pipe()
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.close(go)
            if os.read(start, 1) == b"x":
                write_maps(parent)
                status = 0
        finally:
            os._exit(status)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        error = ctypes.get_errno()
        os.close(go)
        os.waitpid(helper, 0)
        raise LayerMissing(
            f"a user namespace cannot be made ({os.strerror(error)}); `runward doctor` tells how to mend it"
        )
    os.write(go, b"x")
    _, status = os.waitpid(helper, 0)
    os.close(start)
    os.close(go)
    if status:
        raise LayerMissing("the user namespace cannot be given ids; `runward doctor` tells how to mend it")


def _map_range(pid: int, firsts: tuple[int, int], count: int) -> None:
    own = (os.getuid(), os.getgid())
    for tool, mine, first in zip(("newuidmap", "newgidmap"), own, firsts, strict=True):
        subprocess.run([tool, str(pid), "0", str(mine), "1", "1", str(first), str(count)], check=True)


def _map_self(pid: int) -> None:
    for name, text in (
        ("uid_map", f"0 {os.getuid()} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"0 {os.getgid()} 1"),
    ):
        Path(f"/proc/{pid}/{name}").write_text(text)


def _user_folder() -> Path:
    return Path(os.environ.get("XDG_RUNTIME_DIR") or f"/tmp/runward-{os.getuid()}", "runward-uids")


def _claim_block(folder: Path, base: int, blocks: int, size: int) -> tuple[int, int]:
    """Lock a free block; the lock lasts as long as this process, however that ends.

    The search starts at random: supervisors that do not see each other's locks (in a chroot, in a container that shares
    the host's ids) would else all take the first one.
    """
    fd = _open_locks(folder)
    start = secrets.randbelow(blocks)
    for index in (*range(start, blocks), *range(start)):
        with contextlib.suppress(BlockingIOError, PermissionError):
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, index)
            return base + index * size, fd
    os.close(fd)
    raise LayerMissing(f"all {blocks} blocks of user ids are claimed by other supervisors (locks in {folder}/blocks)")


def _open_locks(folder: Path) -> int:
    """Open the file of locks; never one that somebody else has put in its place, in /tmp say, to hold us up."""
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(directory).st_uid != os.geteuid():
            raise LayerMissing(
                f"{folder} belongs to somebody else; remove it, or set XDG_RUNTIME_DIR to a folder of yours"
            )
        return os.open("blocks", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600, dir_fd=directory)
    except PermissionError as error:
        raise LayerMissing(f"{folder}/blocks cannot be opened: {error.strerror}") from error
    finally:
        os.close(directory)
