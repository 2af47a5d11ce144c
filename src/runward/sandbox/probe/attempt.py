"""Try what the C core will do, each in a process of its own, and print the errno of each as JSON.

Run as a program with nothing but the standard library: forking here is safe, whatever threads the caller has.  Every
process made here ends here, and with it the namespaces and mounts that it made.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from functools import partial

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
NAMESPACES = {"mnt": NEWNS, "cgroup": NEWCGROUP, "uts": NEWUTS, "ipc": NEWIPC, "pid": NEWPID}

# These numbers are the same on every architecture.
SYS_OPEN_TREE, SYS_FSOPEN, SYS_FSCONFIG, SYS_FSMOUNT, SYS_CLONE3 = 428, 430, 431, 432, 435
SYS_OPENAT2, SYS_MOUNT_SETATTR, SYS_LANDLOCK_CREATE_RULESET = 437, 442, 444
AT_FDCWD, AT_EMPTY_PATH, AT_RECURSIVE, OPEN_TREE_CLONE = -100, 0x1000, 0x8000, 1
FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE, MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 1, 6, 1, 2
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
BPF_RET_ALLOW = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)
LANDLOCK_VERSION = 1
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> int:
    """Return a call's result, or raise its errno."""
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Make a system call; raise its errno."""
    return check(libc.syscall(ctypes.c_long(number), *arguments))


def unshare(flags: int) -> None:
    """Leave namespaces of this process for new ones."""
    check(libc.unshare(ctypes.c_int(flags)))


def become_namespace_root() -> None:
    """Enter a new user namespace and map our ids to its root, as a supervisor without privilege does."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEWUSER)
    for name, text in (("uid_map", f"0 {uid} 1"), ("setgroups", "deny"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def privileged() -> None:
    """Have the capabilities that namespaces and mounts need: our own, or those over a new user namespace."""
    if not is_rootful():
        become_namespace_root()


def is_rootful() -> bool:
    """Tell whether we are root with CAP_SYS_ADMIN."""
    with open("/proc/self/status") as status:
        effective = next(line.split()[1] for line in status if line.startswith("CapEff:"))
    return os.geteuid() == 0 and bool(int(effective, 16) >> 21 & 1)


def try_user() -> None:
    """Make a user namespace, and use a capability over it: AppArmor may give the namespace but not the power."""
    become_namespace_root()
    unshare(NEWUTS)
    check(libc.sethostname(b"trial", 5))


def try_namespace(flag: int) -> None:
    """Make one kind of namespace."""
    privileged()
    unshare(flag)


def try_network() -> None:
    """Make a network namespace and raise its loopback interface, which takes CAP_NET_ADMIN over it."""
    try_namespace(NEWNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def private_mounts() -> None:
    """Enter a mount namespace that propagates nothing."""
    unshare(NEWNS)
    check(libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None))


def try_mounts() -> None:
    """Make a tmpfs, and a read-only copy of a part of the host's tree, with the mount API."""
    privileged()
    private_mounts()
    new_filesystem(b"tmpfs", {b"size": b"4096", b"mode": b"755"})
    tree = syscall(SYS_OPEN_TREE, AT_FDCWD, b"/usr", OPEN_TREE_CLONE | AT_RECURSIVE)
    attributes = struct.pack("=4Q", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0)
    flags = AT_EMPTY_PATH | AT_RECURSIVE
    syscall(SYS_MOUNT_SETATTR, tree, b"", flags, attributes, ctypes.c_size_t(len(attributes)))


def try_proc() -> None:
    """Mount /proc of a new pid namespace, with other processes hidden."""
    privileged()
    unshare(NEWPID)
    in_child(mount_proc)


def mount_proc() -> None:
    """Mount /proc; we are the first process of the pid namespace."""
    private_mounts()
    new_filesystem(b"proc", {b"hidepid": b"invisible", b"subset": b"pid"})


def new_filesystem(kind: bytes, options: dict[bytes, bytes]) -> None:
    """Make a file system that is attached nowhere; it ends with this process."""
    context = syscall(SYS_FSOPEN, kind, 0)
    for key, value in options.items():
        syscall(SYS_FSCONFIG, context, FSCONFIG_SET_STRING, key, value, 0)
    syscall(SYS_FSCONFIG, context, FSCONFIG_CMD_CREATE, None, None, 0)
    syscall(SYS_FSMOUNT, context, 0, MOUNT_ATTR_NOSUID)


def try_seccomp() -> None:
    """Install a filter that allows everything."""
    program = ctypes.create_string_buffer(BPF_RET_ALLOW, len(BPF_RET_ALLOW))
    filter_program = struct.pack("@HP", 1, ctypes.addressof(program))
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)))
    check(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), filter_program))


def try_calls() -> None:
    """Tell whether clone3 and openat2 exist; they refuse a size of zero with EINVAL."""
    for number in (SYS_CLONE3, SYS_OPENAT2):
        arguments = (None, 0) if number == SYS_CLONE3 else (AT_FDCWD, b"/", None, ctypes.c_size_t(0))
        try:
            syscall(number, *arguments)
        except OSError as error:
            if error.errno != 22:
                raise


def landlock_version() -> int:
    """Return the version of Landlock's interface, 0 where there is none."""
    try:
        return syscall(SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION)
    except OSError:
        return 0


def in_child(attempt: Callable[[], None]) -> None:
    """Run an attempt in a child; raise what it failed with."""
    pid = os.fork()
    if pid == 0:
        status = 255
        try:
            attempt()
            status = 0
        except OSError as error:
            status = error.errno or 255
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        raise OSError(status if status > 0 else 255, "")


def errno_of(attempt: Callable[[], None]) -> int:
    """Return 0 where an attempt succeeds in a process of its own, else its errno."""
    try:
        in_child(attempt)
    except OSError as error:
        return error.errno or 255
    return 0


def main() -> None:
    """Print what came of every trial."""
    results: dict[str, object] = {
        "rootful": is_rootful(),
        "user": errno_of(try_user),
        "namespaces": {name: errno_of(partial(try_namespace, flag)) for name, flag in NAMESPACES.items()}
        | {"net": errno_of(try_network)},
        "mounts": errno_of(try_mounts),
        "proc": errno_of(try_proc),
        "seccomp": errno_of(try_seccomp),
        "calls": errno_of(try_calls),
        "landlock": landlock_version(),
    }
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
