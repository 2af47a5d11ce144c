"""The system call filter says what its tables say, on every architecture; a small interpreter of BPF asks it."""

from __future__ import annotations

import errno
import resource
import socket
import struct
import termios

import pytest

from runward.domain.errors import LayerMissing
from runward.sandbox.filter import LAST_REVIEWED, build_filter, build_guest_filter

ALLOW, KILL = 0x7FFF0000, 0x80000000
ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {
    "x86_64": {
        "read": 0, "mount": 165, "ptrace": 101, "keyctl": 250, "clone": 56, "clone3": 435, "socket": 41,
        "socketpair": 53, "ioctl": 16, "personality": 135, "prlimit64": 302, "setrlimit": 160, "io_uring_setup": 425,
    },
    "aarch64": {
        "read": 63, "mount": 40, "ptrace": 117, "keyctl": 219, "clone": 220, "clone3": 435, "socket": 198,
        "socketpair": 199, "ioctl": 29, "personality": 92, "prlimit64": 261, "setrlimit": 164, "io_uring_setup": 425,
    },
}  # fmt: skip


def refused(code: int) -> int:
    return 0x00050000 | code


def ask(machine: str, number: int, *arguments: int, arch: int | None = None, by_init: bool = False) -> int:
    """Run the programs as the kernel would on a call, and return the answer: that of the one which allows less."""
    words = struct.pack("=IIQ6Q", number, arch or ARCHES[machine], 0, *(list(arguments) + [0] * 6)[:6])
    programs = [build_filter(machine)] if by_init else [build_filter(machine), build_guest_filter(machine)]
    return min((decide(program, words) for program in programs), key=lambda answer: (answer + (1 << 31)) % (1 << 32))


def decide(code_bytes: bytes, words: bytes) -> int:
    program = list(struct.iter_unpack("=HBBI", code_bytes))
    at, word = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            word = struct.unpack_from("=I", words, value)[0]
        else:
            passed = {0x15: word == value, 0x25: word > value, 0x45: bool(word & value)}[code]
            at += yes if passed else no


@pytest.fixture(params=sorted(ARCHES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_ordinary_calls_are_allowed(machine: str) -> None:
    assert ask(machine, NUMBERS[machine]["read"]) == ALLOW
    assert ask(machine, LAST_REVIEWED + 0) == refused(errno.EPERM)  # set_mempolicy_home_node itself is refused


@pytest.mark.parametrize("call", ["mount", "ptrace", "keyctl", "io_uring_setup"])
def test_dangerous_calls_are_refused(machine: str, call: str) -> None:
    assert ask(machine, NUMBERS[machine][call]) == refused(errno.EPERM)


def test_calls_after_the_review_do_not_exist(machine: str) -> None:
    assert ask(machine, LAST_REVIEWED + 1) == refused(errno.ENOSYS)
    assert ask(machine, NUMBERS[machine]["clone3"]) == refused(errno.ENOSYS)


def test_foreign_architectures_kill(machine: str) -> None:
    assert ask(machine, 0, arch=0x40000003) == KILL
    assert ask("x86_64", 0x40000000 | 1) == KILL


@pytest.mark.parametrize("bit", [17, 25, 26, 27, 28, 29, 30])
def test_no_flag_of_clone_makes_a_namespace(machine: str, bit: int) -> None:
    clone = NUMBERS[machine]["clone"]

    assert ask(machine, clone, 1 << bit | 17) == refused(errno.EPERM)
    assert ask(machine, clone, 0x003D0F00) == ALLOW  # what starts a thread


@pytest.mark.parametrize(
    ("family", "protocol", "answer"),
    [
        (socket.AF_UNIX, 0, ALLOW),
        (socket.AF_INET, socket.IPPROTO_TCP, ALLOW),
        (socket.AF_INET6, socket.IPPROTO_UDP, ALLOW),
        (socket.AF_INET, 262, refused(errno.EPROTONOSUPPORT)),
        (socket.AF_NETLINK, 0, ALLOW),
        (socket.AF_NETLINK, 12, refused(errno.EAFNOSUPPORT)),
        (socket.AF_PACKET, 0, refused(errno.EAFNOSUPPORT)),
        (socket.AF_ALG, 0, refused(errno.EAFNOSUPPORT)),
        (socket.AF_VSOCK, 0, refused(errno.EAFNOSUPPORT)),
    ],
)
def test_socket_families_are_those_that_programs_need(machine: str, family: int, protocol: int, answer: int) -> None:
    assert ask(machine, NUMBERS[machine]["socket"], family, 1, protocol) == answer


def test_the_high_half_of_an_ioctl_hides_nothing(machine: str) -> None:
    ioctl = NUMBERS[machine]["ioctl"]

    assert ask(machine, ioctl, 0, termios.TIOCSTI) == refused(errno.EPERM)
    assert ask(machine, ioctl, 0, 1 << 32 | termios.TIOCSTI) == refused(errno.EPERM)
    assert ask(machine, ioctl, 0, termios.TIOCGWINSZ) == ALLOW


@pytest.mark.parametrize("call", [termios.TIOCSTI, termios.TIOCSETD, termios.TIOCCONS, 0x541C])
def test_what_is_dangerous_on_a_terminal_is_refused(machine: str, call: int) -> None:
    assert ask(machine, NUMBERS[machine]["ioctl"], 0, call) == refused(errno.EPERM)


def test_limits_of_others_are_out_of_reach_and_the_core_limit_stays(machine: str) -> None:
    prlimit, setrlimit = NUMBERS[machine]["prlimit64"], NUMBERS[machine]["setrlimit"]

    assert ask(machine, prlimit, 1, resource.RLIMIT_NOFILE, 4096) == refused(errno.EPERM)
    assert ask(machine, prlimit, 2, resource.RLIMIT_NOFILE, 4096, by_init=True) == ALLOW
    assert ask(machine, prlimit, 0, resource.RLIMIT_NOFILE, 4096) == ALLOW
    assert ask(machine, prlimit, 0, resource.RLIMIT_CORE, 0) == ALLOW
    assert ask(machine, prlimit, 0, resource.RLIMIT_CORE, 4096) == refused(0)
    assert ask(machine, prlimit, 0, resource.RLIMIT_CORE, 1 << 32) == refused(0)
    assert ask(machine, setrlimit, resource.RLIMIT_CORE, 4096) == refused(0)


def test_an_unknown_architecture_is_refused_by_name() -> None:
    with pytest.raises(LayerMissing, match="riscv64"):
        build_filter("riscv64")
