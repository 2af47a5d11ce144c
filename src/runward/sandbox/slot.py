"""One slot as the supervisor sees it: prepared, given one request, destroyed."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import Cgroup
from runward.sandbox.channel import Channel, ChannelClosed, close_fds
from runward.sandbox.identity import SlotIds, UidPool

_ENDED = struct.Struct("=IIii3Q2I")
_FILE = struct.Struct("=cQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What init reported: times in nanoseconds; ``stage`` is 0 unless the program could not be started."""

    stage: int
    error: int
    status: int
    wall_ns: int
    cpu_ns: int
    peak_rss_bytes: int
    files_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOut:
    """A file of the box: where it was, how large, and a descriptor that its receiver owns."""

    path: bytes
    size: int
    fd: int


class Slot:
    """A parked init with the wall up, and everything on the host that belongs to it."""

    def __init__(
        self, *, warm: bool, channel: Channel, pid: int, pidfd: int, cgroup: Cgroup, ids: SlotIds,
        uids: UidPool, guest_inside: int,
    ) -> None:  # fmt: skip
        self.warm, self.cgroup, self.pid = warm, cgroup, pid
        self.pipes: list[int] = []
        self._channel, self._pidfd, self._ids, self._uids = channel, pidfd, ids, uids
        self._guest_inside = guest_inside
        self._cpu_baseline = 0

    @property
    def alive(self) -> bool:
        """Tell whether init has not ended."""
        end = select.poll()  # select() knows no descriptor above 1023
        end.register(self._pidfd, select.POLLIN)
        return not end.poll(0)

    def call_when_dead(self, callback: Callable[[], None] | None) -> None:
        """Call this from the loop when init has ended; None takes it back."""
        loop = asyncio.get_running_loop()
        if callback is None:
            loop.remove_reader(self._pidfd)
        else:
            loop.add_reader(self._pidfd, callback)

    async def wait_ready(self) -> None:
        """Wait for init's report; raise SandboxError with the layer that could not be raised."""
        try:
            answer, fds = await self._channel.receive()
            if answer == b"U":  # it has left our user namespace
                self._map_ids()
                await self._channel.send(b"u")
                answer, fds = await self._channel.receive()
        except ChannelClosed as error:
            raise SandboxError("a slot died before it was ready") from error
        except OSError as error:
            raise SandboxError(f"the user ids of a slot cannot be mapped: {error}") from error
        if answer != b"P" or len(fds) != 3:
            close_fds(fds)
            raise SandboxError(f"a slot cannot be prepared: {answer.removeprefix(b'E').decode(errors='replace')}")
        self.pipes = fds
        self._cpu_baseline = self.cgroup.cpu_time_ns() or 0

    def _map_ids(self) -> None:
        """Say who init and guest are outside of the namespace that init has made."""
        folder = os.open(f"/proc/{self.pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if not self.alive:  # then the number may be that of another process by now
                raise ProcessLookupError
            maps = f"{self._guest_inside} {self._ids.guest} 1\n"
            if self._uids.single:
                _write_at(folder, "setgroups", "deny")
            else:
                maps = f"0 {self._ids.init} 1\n{maps}"
            _write_at(folder, "uid_map", maps)
            _write_at(folder, "gid_map", maps)
        finally:
            os.close(folder)

    async def start(self, request: int, inputs: Sequence[int]) -> None:
        """Hand the request over; the program starts at once."""
        await self._channel.send(b"R", [request, *inputs])

    async def next_report(self) -> FileOut | Ended | None:
        """Return what init says next; None when it is gone without a word (killed, or out of memory)."""
        try:
            data, fds = await self._channel.receive()
        except ChannelClosed:
            return None
        if len(data) == _ENDED.size and data[:1] == b"X" and not fds:
            _, stage, error, status, wall, cpu, rss, _, left_out = _ENDED.unpack(data)
            return Ended(
                stage=stage,
                error=error,
                status=status,
                wall_ns=wall,
                cpu_ns=cpu,
                peak_rss_bytes=rss,
                files_left_out=left_out,
            )
        if data[:1] == b"F" and len(fds) == 1 and len(data) > _FILE.size:
            return FileOut(path=data[_FILE.size :], size=_FILE.unpack_from(data)[1], fd=fds[0])
        close_fds(fds)
        raise SandboxError(f"a slot's init failed: {data.removeprefix(b'E').decode(errors='replace')[:200]}")

    def cpu_time_ns(self) -> int | None:
        """Return the CPU time since the request, of every process there was; None without cgroups."""
        total = self.cgroup.cpu_time_ns()
        return None if total is None else max(0, total - self._cpu_baseline)

    def kill_program(self) -> None:
        """Ask init to kill all of the program; it then reports as after any end."""
        self._channel.try_send(b"K")

    def signal_program(self, number: int) -> None:
        """Ask init to send a signal to the program's process group; nothing before the program was started, or after its end."""
        self._channel.try_send(bytes([ord("S"), number]))

    def kill(self) -> None:
        """Kill init, and with it everything in the slot."""
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass

    async def destroy(self) -> None:
        """Kill what there is, wait until nothing is left, and give ids and cgroup back."""
        self.kill()
        self._channel.close()
        close_fds(self.pipes)
        self.pipes = []
        await _wait_exit(self._pidfd)
        os.close(self._pidfd)
        pause = 0.0005
        deadline = time.monotonic() + 10
        # The kernel may still be letting go of the last process; then the directory is busy for a moment.
        while not self.cgroup.try_remove() and time.monotonic() < deadline:
            self.cgroup.kill()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.1)
        self._uids.release(self._ids)


async def _wait_exit(pidfd: int) -> None:
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not gone.done():
            gone.set_result(None)

    loop.add_reader(pidfd, wake)
    try:
        await gone
    finally:
        loop.remove_reader(pidfd)


def _write_at(folder: int, name: str, text: str) -> None:
    """Write a file of the folder at once."""
    fd = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
