"""A sandbox of its own with one kind of slot, and what it leaves on the host."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from runward.domain.limits import MIB, Limits
from runward.sandbox import BoxFile, Command, Facts, FileOut, Read, Sandbox, SlotKind, SupervisorSettings
from runward.sandbox.channel import Channel, ChannelClosed, close_fds
from runward.sandbox.supervisor import RunOrder

NATIVE = SlotKind(
    name="native",
    reads=tuple(
        Read(source=path, target=path) for path in ("/usr/bin", "/usr/lib", "/usr/lib64") if Path(path).is_dir()
    ),
)


def supervisor_settings(**changes: object) -> SupervisorSettings:
    values = {
        "kinds": (NATIVE,),
        "ready_slots": 2,
    }
    return SupervisorSettings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox that the tests of a module share."""
    sandbox = Sandbox(supervisor_settings())
    await sandbox.open()
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def fresh() -> AsyncIterator[Sandbox]:
    """A sandbox for one test, which may break it."""
    sandbox = Sandbox(supervisor_settings())
    await sandbox.open()
    yield sandbox
    await sandbox.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a run: the kernel's facts, its output, and the files that were asked for."""

    facts: Facts
    stdout: bytes
    files: dict[bytes, bytes]


async def run(sandbox: Sandbox, *argv: str, limits: Limits | None = None, **parts: object) -> Ran:
    """Run a program without input to its end; its output must fit a pipe."""
    command = Command(argv=argv, **({"environment": {}} | parts))  # type: ignore[arg-type]
    running = await sandbox.start("native", command, limits or Limits())
    files = {}
    try:
        running.close_stdin()
        while isinstance(report := await running.next_report(), FileOut):
            files[report.path] = os.pread(report.fd, 1 * MIB, 0)
            os.close(report.fd)
        return Ran(facts=report, stdout=read_available(running.stdout), files=files)
    finally:
        running.close()


async def shell(sandbox: Sandbox, script: str, **parts: object) -> Ran:
    """Run a shell's script in the box."""
    return await run(sandbox, "/bin/sh", "-c", script, **parts)  # type: ignore[arg-type]


async def assert_works(sandbox: Sandbox) -> None:
    """Assert that the next run is an ordinary one."""
    ran = await shell(sandbox, "cat in.txt; exit 5", files=[BoxFile(path="in.txt", content=b"ordinary")])
    assert (ran.stdout, ran.facts.stage, os.waitstatus_to_exitcode(ran.facts.status)) == (b"ordinary", 0, 5)


def read_available(fd: int) -> bytes:
    """Return what a pipe holds; its writers are dead, so this ends."""
    parts = []
    while data := os.read(fd, 65536):
        parts.append(data)
    return b"".join(parts)


def order(**changes: object) -> dict[str, object]:
    """Return a run's order as the client sends it."""
    usual = RunOrder(
        kind="native",
        cpu_ns=10**9,
        wall_ns=5 * 10**9,
        memory_bytes=64 * MIB,
        processes=16,
        disk_bytes=Limits().disk_bytes,
        cpus=None,
    )
    return asdict(usual) | changes


async def open_order(sandbox: Sandbox, data: bytes | dict[str, object], fds: list[int]) -> Channel:
    """Send an order as a client with ideas of its own would, and return the run's channel."""
    assert sandbox._channel is not None
    channel, theirs = Channel.pair()
    with theirs:
        message = data if isinstance(data, bytes) else json.dumps(data).encode()
        await sandbox._channel.send(message, [theirs.fileno(), *fds])
    return channel


async def send_order(sandbox: Sandbox, data: bytes | dict[str, object], fds: list[int]) -> list[dict[str, object]]:
    """Send such an order and return what the supervisor answers, to the end."""
    return await hear_out(await open_order(sandbox, data, fds))


async def hear_out(channel: Channel) -> list[dict[str, object]]:
    """Return every message but handed out files until the other end closes."""
    try:
        async with asyncio.timeout(20):
            return [json.loads(data) async for data in messages(channel) if data[:1] != b"F"]
    finally:
        channel.close()


async def messages(channel: Channel) -> AsyncIterator[bytes]:
    while True:
        try:
            data, fds = await channel.receive()
        except ChannelClosed:
            return
        close_fds(fds)
        yield data


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of the host, as /proc shows it."""

    pid: int
    parent: int
    state: str
    ticks: int
    command: bytes


def list_processes() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended meanwhile
            pid = int(folder.name)
            ticks = int(fields[11]) + int(fields[12])
            found[pid] = Process(pid=pid, parent=int(fields[1]), state=fields[0], ticks=ticks, command=command)
    return found


def list_descendants(pid: int) -> list[Process]:
    """Return every living process below one, the nearest first."""
    processes = list_processes()
    found: list[Process] = []
    parents = [pid]
    while parents:
        children = [
            process for process in processes.values() if process.parent in parents and process.state not in "ZX"
        ]
        found += children
        parents = [child.pid for child in children]
    return found


def supervisor_pid(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def list_cgroups(pid: int) -> list[Path]:
    """Return the control groups of the supervisor with this process id, in every hierarchy."""
    mine, found = re.compile(rf"/runward\.[^/]*\.{pid}\."), list[Path]()
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        if right.startswith("cgroup"):
            # os.walk, not glob: it passes over what ends meanwhile.
            found += (Path(folder) for folder, _, _ in os.walk(left.split()[4]) if mine.search(folder))
    return found


def list_mounts(pid: int | str = "self") -> list[str]:
    return Path(f"/proc/{pid}/mountinfo").read_text().splitlines()


def count_descriptors(pid: int | str = "self") -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class Watched:
    """Processes whose end is awaited; a process that ended before cannot be mistaken for another."""

    def __init__(self, pids: list[int]) -> None:
        self._descriptors = []
        for pid in pids:
            try:
                self._descriptors.append(os.pidfd_open(pid))
            except ProcessLookupError:
                continue

    async def wait_end(self, *, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while self._descriptors:
                await readable(self._descriptors[-1])
                os.close(self._descriptors.pop())


async def readable(descriptor: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


async def until(holds: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Wait until something holds on the host that gives no event; return whether it came to hold in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True
