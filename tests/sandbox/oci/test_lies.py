"""A container whose kernel the program has taken over may say anything: it gains nothing on our side of the pipe."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from runward.domain.limits import MIB, Limits
from runward.sandbox.cgroup import NoCgroups
from runward.sandbox.filter import build_filter, build_guest_filter
from runward.sandbox.identity import UidPool, open_rootful_pool
from runward.sandbox.oci import CORE, OciKind, OciRuntime
from runward.sandbox.pool import Pool
from runward.sandbox.request import Command, pack, seal
from runward.sandbox.slot import Ended, FileOut, Slot
from tests.sandbox.conftest import NATIVE

Say = Callable[[bytes | str], Awaitable[Slot]]
DISK_BYTES = 1 * MIB
# A liar waits until it is asked: for the filter, and the start of a request.
ASKED = 4 + len(build_guest_filter() + build_filter()) + 16
HONEST = struct.pack("=IIii3Q2I", ord("X"), 0, 0, 0, 1, 2, 3, 0, 0)


def frame(letter: str, data: bytes = b"", *, size: int | None = None) -> bytes:
    return struct.pack("=II", ord(letter), len(data) if size is None else size) + data


def file(path: bytes, content: bytes = b"") -> bytes:
    return frame("F", struct.pack("=Q", len(content)) + path) + (frame("D", content) if content else b"")


def printed(said: bytes) -> str:
    """Return the shell's command for these bytes."""
    return "printf '" + "".join(f"\\{byte:03o}" for byte in said) + "'"


# More than the disk holds: of that much memory would be ours.
LARGE = f"""{printed(file(b"large", b"x"))}; for i in $(seq 1 17); do {printed(frame("D", size=65536))}; head -c 65536 /dev/zero; done"""


@pytest.fixture(scope="module")
def uids() -> UidPool:
    return open_rootful_pool()


@pytest.fixture
async def say(uids: UidPool) -> AsyncIterator[Say]:
    """Return what starts a container that answers with these bytes, or what this script prints."""
    pools: list[Pool] = []

    async def start(said: bytes | str) -> Slot:
        answer = said if isinstance(said, str) else printed(said)
        script = f"{printed(frame('P'))}; head -c {ASKED} > /dev/null; {answer}; exec sleep 60"
        runtime = OciRuntime(
            name="liar", path="/usr/bin/dash", options=("-c", script), own_kernel=True,
            guest_id=65534, tasks=0, spare_tasks=0, tasks_per_task=1, memory_bytes=0,
        )  # fmt: skip
        pool = Pool(
            {"liar": OciKind.of(NATIVE, runtime)}, core=CORE, cgroups=NoCgroups(), uids=uids, rootless=False,
            require_landlock=True, ready_slots=0, most_ready_slots=0,
        )  # fmt: skip
        pools.append(pool)
        slot = await pool.acquire("liar", DISK_BYTES)
        data, _ = pack(Command(argv=("/bin/true",), environment={}), Limits())
        await slot.start(seal(data), [])
        return slot

    yield start
    for pool in pools:
        await pool.close()


async def test_what_an_honest_one_says_is_passed_on(say: Say) -> None:
    slot = await say(file(b"a/b.txt", b"content") + frame("X", HONEST))

    report = await slot.next_report()
    assert isinstance(report, FileOut)
    assert (report.path, report.size) == (b"a/b.txt", 7)
    assert isinstance(await slot.next_report(), Ended)
    await slot.destroy()


@pytest.mark.parametrize(
    "said",
    [
        file(b"../out"), file(b"/etc/passwd"), file(b"a//b"), file(b"a/./b"), file(b"a/.."), file(b"a\0b"), file(b""),
        frame("D", b"content without a file"),
        LARGE,
        frame("o", size=1 << 30),
        frame("X", HONEST[:-1]), frame("X", b"Y" + HONEST[1:]), frame("X"),
        frame("Z", b"unknown"),
    ],
)  # fmt: skip
async def test_a_lie_ends_the_slot_and_is_no_verdict(say: Say, said: bytes | str) -> None:
    slot = await say(said)

    while isinstance(report := await slot.next_report(), FileOut):
        assert not report.path.startswith((b"/", b".."))
    assert report is None
    await slot.destroy()
