"""The system call filter: which calls a guest may make, as a classic BPF program for seccomp.

Allowed is what was reviewed: calls newer than LAST_REVIEWED do not exist for a guest (ENOSYS).  Foreign architectures and
x32 kill.  A refusal is an error that programs know how to take, mostly EPERM.  Numbers are those of the kernel's headers
(x86-64, arm64); None is a call that the architecture does not have.
"""

from __future__ import annotations

import errno
import platform
import resource
import socket
import struct
import termios

from runward.domain.errors import LayerMissing

# set_mempolicy_home_node, Linux 5.17; numbers have been the same on all architectures since 424.
LAST_REVIEWED = 450
# fmt: off
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # Other namespaces, other roots.
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # Other processes.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # Large or often broken parts of the kernel.
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263), "vmsplice": (278, 75), "memfd_secret": (447, 447), "mbind": (237, 235),
    "set_mempolicy": (238, 237), "get_mempolicy": (239, 236), "set_mempolicy_home_node": (450, 450),
    "lookup_dcookie": (212, 18), "seccomp": (317, 277),
    # Keyrings outlive processes and are shared by uid.
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # What other runs do: a watch on a file of the toolchain, which all share, tells who opens it and when.
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    # The machine itself, and what is left of old interfaces.
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162), "vhangup": (153, 58), "nfsservctl": (180, 42),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
    "ustat": (136, None), "sysfs": (139, None), "_sysctl": (156, None), "create_module": (174, None),
    "get_kernel_syms": (177, None), "query_module": (178, None), "getpmsg": (181, None), "putpmsg": (182, None),
    "afs_syscall": (183, None), "tuxcall": (184, None), "security": (185, None), "vserver": (236, None),
}
_CHECKED: dict[str, tuple[int, int]] = {
    "clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199), "ioctl": (16, 29),
    "personality": (135, 92), "setrlimit": (160, 164), "prlimit64": (302, 261),
}
# fmt: on

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_*
_X32 = 0x40000000
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_TIOCLINUX = 0x541C
# Type for somebody, redirect the console's output, and change the line discipline, which loads modules of the kernel that are
# broken often.
_TERMINAL_CALLS = (termios.TIOCSTI, _TIOCLINUX, termios.TIOCCONS, termios.TIOCSETD)
# Of clone(2).  CLONE_NEWTIME shares its bit with the exit signal there, and is ignored.
_CLONE_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_PERSONALITIES = (0, 0xFFFFFFFF)
_PROTOCOLS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)


def build_filter(machine: str = platform.machine()) -> bytes:
    """Return the program of a slot, as an array of struct sock_filter; raise LayerMissing for an unknown architecture."""
    column, arch = _find_architecture(machine)
    program = _Program(column)
    program.load(_ARCH)
    program.unless(_EQUAL, arch, _KILL)
    program.load(_NUMBER)
    if machine == "x86_64":
        program.when(_ANY_BIT, _X32, _KILL)
    program.when(_GREATER, LAST_REVIEWED, _refuse(errno.ENOSYS))
    # Its flags lie behind a pointer, where a filter cannot look; libraries fall back to clone().
    program.when(_EQUAL, _CHECKED["clone3"][column], _refuse(errno.ENOSYS))
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            program.when(_EQUAL, number, _refuse(errno.EPERM))
    _add_checked_calls(program)
    program.answer(_ALLOW)
    return program.to_bytes()


def build_guest_filter(machine: str = platform.machine()) -> bytes:
    """Return the program that is laid over that of the slot for everything but init: GUEST_FILTER instructions (core.h).

    Init sets the limits of the payload.  Where it has the guest's uid, a guest that may do the same could shrink init's.
    """
    program = _Program(_find_architecture(machine)[0])
    limits = program.rules()
    limits.load_argument(0)
    limits.unless(_EQUAL, 0, _refuse(errno.EPERM))
    program.call("prlimit64", limits, _ALLOW)
    program.answer(_ALLOW)
    return program.to_bytes()


def _find_architecture(machine: str) -> tuple[int, int]:
    if machine not in _ARCHITECTURES:
        raise LayerMissing(f"the system call filter knows {' and '.join(_ARCHITECTURES)}, not {machine}")
    return _ARCHITECTURES[machine]


def _refuse(code: int) -> int:
    return _ERRNO | code


class _Program:
    """BPF instructions; a jump is written with the number of instructions it skips."""

    def __init__(self, column: int) -> None:
        self._column = column
        self._code: list[tuple[int, int, int, int]] = []

    def load(self, offset: int) -> None:
        self._code.append((_LOAD, 0, 0, offset))

    def load_argument(self, index: int, *, high: bool = False) -> None:
        self.load(_ARGUMENTS + 8 * index + 4 * high)

    def answer(self, action: int) -> None:
        self._code.append((_RETURN, 0, 0, action))

    def when(self, test: int, value: int, action: int) -> None:
        """Answer if the loaded word passes the test."""
        self._code.append((test, 0, 1, value))
        self.answer(action)

    def unless(self, test: int, value: int, action: int) -> None:
        """Answer if the loaded word fails the test."""
        self._code.append((test, 1, 0, value))
        self.answer(action)

    def call(self, name: str, rules: _Program, otherwise: int) -> None:
        """Add rules for one call, and the answer where none of them has one."""
        rules.answer(otherwise)
        self.load(_NUMBER)
        self._code.append((_EQUAL, 0, len(rules._code), _CHECKED[name][self._column]))
        self._code += rules._code

    def skip_unless(self, value: int, rules: _Program) -> None:
        """Add rules that hold if the loaded word is the value."""
        self._code.append((_EQUAL, 0, len(rules._code), value))
        self._code += rules._code

    def rules(self) -> _Program:
        """Return an empty list of rules, to be added."""
        return _Program(self._column)

    def to_bytes(self) -> bytes:
        return b"".join(struct.pack("=HBBI", *line) for line in self._code)


def _add_checked_calls(program: _Program) -> None:
    clone = program.rules()
    clone.load_argument(0)
    clone.when(_ANY_BIT, _CLONE_NAMESPACES, _refuse(errno.EPERM))
    program.call("clone", clone, _ALLOW)
    ioctl = program.rules()
    ioctl.load_argument(1)  # the low half alone: the kernel ignores the high one, which was a way around filters
    for call in _TERMINAL_CALLS:
        ioctl.when(_EQUAL, call, _refuse(errno.EPERM))
    program.call("ioctl", ioctl, _ALLOW)
    personality = program.rules()
    personality.load_argument(0)
    for value in _PERSONALITIES:
        personality.when(_EQUAL, value, _ALLOW)
    program.call("personality", personality, _refuse(errno.EPERM))
    _add_sockets(program)
    _add_limits(program)


def _add_sockets(program: _Program) -> None:
    sockets = program.rules()
    sockets.load_argument(0)
    sockets.when(_EQUAL, socket.AF_UNIX, _ALLOW)
    # getifaddrs() asks the kernel's routing family; the rest of netlink is surface.
    routing = program.rules()
    routing.load_argument(2)
    routing.when(_EQUAL, 0, _ALLOW)
    routing.answer(_refuse(errno.EAFNOSUPPORT))
    sockets.skip_unless(socket.AF_NETLINK, routing)
    for family in (socket.AF_INET, socket.AF_INET6):
        internet = program.rules()
        internet.load_argument(2)  # not MPTCP, SCTP and the like, for which the kernel would load modules
        for protocol in _PROTOCOLS:
            internet.when(_EQUAL, protocol, _ALLOW)
        internet.answer(_refuse(errno.EPROTONOSUPPORT))
        sockets.skip_unless(family, internet)
    program.call("socket", sockets, _refuse(errno.EAFNOSUPPORT))
    pair = program.rules()
    pair.load_argument(0)
    pair.when(_EQUAL, socket.AF_UNIX, _ALLOW)
    program.call("socketpair", pair, _refuse(errno.EAFNOSUPPORT))


def _add_limits(program: _Program) -> None:
    # A core limit of 1 is what keeps the kernel from starting the host's crash handler; 0 would not.  So a guest that
    # lowers it is told that it worked.
    pretend = _refuse(0)
    setting = program.rules()
    setting.load_argument(0)
    setting.when(_EQUAL, resource.RLIMIT_CORE, pretend)
    program.call("setrlimit", setting, _ALLOW)
    limits = program.rules()
    limits.load_argument(1)
    core = program.rules()
    for high in (False, True):
        core.load_argument(2, high=high)
        core.unless(_EQUAL, 0, pretend)  # a new value; without one it only asks
    limits.skip_unless(resource.RLIMIT_CORE, core)
    program.call("prlimit64", limits, _ALLOW)
