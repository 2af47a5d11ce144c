"""The side of the sandbox without privilege: start or reach a supervisor, order runs, take what comes out."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from runward.domain.errors import LayerMissing, RequestError, SandboxError
from runward.domain.limits import Limits
from runward.domain.tier import Tier
from runward.sandbox.channel import Channel, ChannelClosed, close_fds
from runward.sandbox.layer import LayerStatus
from runward.sandbox.process import SupervisorSettings
from runward.sandbox.request import Command, pack, seal
from runward.sandbox.signals import check_signal
from runward.sandbox.slot import FileOut
from runward.sandbox.supervisor import RunOrder
from runward.sandbox.terminal import Terminal, open_terminal, resize_terminal

_EXIT_SECONDS = 10
# A dying supervisor may refuse one try and its dying guardian a second; the rest is for those who die in a row.
_STARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How a run ended, as kernel and init tell it; times in nanoseconds, ``status`` as wait(2) gives it.

    ``stage`` is 0, or which part failed with ``error`` before the program ran: 1 request, 2 files in, 3 exec.
    ``exceeded`` is None, ``cpu_time`` or ``wall_time``.
    """

    stage: int
    error: int
    status: int
    wall_ns: int
    cpu_ns: int
    memory_peak_bytes: int
    peak_rss_bytes: int
    oom_kills: int
    process_limit_hits: int
    exceeded: str | None
    files_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindStatus:
    """How many slots of a kind are ready, and how many should be."""

    ready: int
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """The slots of a supervisor: those in which a step runs, and by kind those that wait for one."""

    in_use: int
    kinds: dict[str, KindStatus]


class SupervisorGone(SandboxError):
    """The supervisor ended before the program was started."""

    def __init__(self) -> None:
        super().__init__("the supervisor ended before the program was started; try again")


class Run:
    """A program that is running: the host ends of its pipes, and its reports.  Closing it kills it.

    With a terminal, ``stdin`` and ``stdout`` are two descriptors of its master, and ``stderr`` is None.  ``warm``: its
    interpreter had been started ahead.
    """

    def __init__(self, channel: Channel, pipes: list[int], *, warm: bool) -> None:
        self.warm = warm
        self._channel, self._killed = channel, False
        self.stdin, self.stdout = pipes[:2]
        self.stderr: int | None = pipes[2]
        for fd in pipes:
            os.set_blocking(fd, False)

    def take_terminal(self, master: int) -> None:
        """Have a terminal's master in the place of the pipes, which the program does not have then."""
        self._close_streams()
        self.stdin, self.stdout, self.stderr = os.dup(master), master, None

    async def next_report(self) -> FileOut | Facts:
        """Return a file that was asked for (its descriptor is the caller's), and at last the facts."""
        try:
            data, fds = await self._channel.receive()
        except ChannelClosed as error:
            raise SandboxError("the supervisor ended while the program ran") from error
        if data[:1] == b"F" and len(fds) == 1:
            return FileOut(path=data[9:], size=int.from_bytes(data[1:9], "little"), fd=fds[0])
        close_fds(fds)
        return Facts(**_parse(data)["ended"])

    def kill(self) -> None:
        """Kill the program; the facts still come."""
        if not self._killed:
            self._channel.finish_sending()  # which, unlike a word, finds room behind any number of signals
        self._killed = True

    def signal(self, number: int) -> None:
        """Send a signal to the program's process group; nothing when it has ended.  RequestError: not this one."""
        check_signal(number)
        if not self._killed:
            self._channel.try_send(bytes([ord("S"), number]))

    def resize(self, terminal: Terminal) -> None:
        """Give the terminal another size; nothing where there is none."""
        if self.stderr is None:
            resize_terminal(self.stdout, terminal)

    def close_stdin(self) -> None:
        """Give the program its end of input."""
        if self.stdin >= 0:
            os.close(self.stdin)
            self.stdin = -1

    def close(self) -> None:
        """Let go of the run, killing what is left of it."""
        self._channel.close()
        self._close_streams()

    def _close_streams(self) -> None:
        self.close_stdin()
        close_fds([self.stdout] if self.stderr is None else [self.stdout, self.stderr])


class Sandbox:
    """A supervisor of our own, started as a child and ended with us; restarted when it dies."""

    def __init__(self, settings: SupervisorSettings) -> None:
        self._settings = settings
        self._warm = {kind.name: kind.warm for kind in settings.kinds}
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._starting = asyncio.Lock()
        # Set once one that died cannot be replaced: what only root may do was done before this process gave that up.
        self.lost = asyncio.Event()
        self.layers: tuple[LayerStatus, ...] = ()
        self.cgroup_version = "none"

    async def open(self) -> None:
        """Start the supervisor; raise LayerMissing where it refuses."""
        channel, theirs = Channel.pair()
        with theirs:
            self._process = _launch(self._settings, theirs)
        try:
            greeting = await _receive_greeting(channel)
        except BaseException:
            channel.close()
            await self.close()
            raise
        self.layers = tuple(LayerStatus(fix="", **layer) for layer in greeting["layers"])
        self.cgroup_version = greeting["cgroup"]
        self._channel = channel

    def check_terminal(self) -> None:
        """Raise RequestError where programs can have no terminal: no descriptor passes the sandbox of an OCI runtime."""
        if self._settings.tier is not Tier.NATIVE:
            raise RequestError(f"the tier {self._settings.tier} has no terminals; ask for none, or for the tier native")

    async def start(self, kind: str, command: Command, limits: Limits, *, correlation_id: str | None = None) -> Run:
        """Start a program in a slot of this kind; raise SandboxError if the platform cannot.

        The supervisor's log tells of the run under ``correlation_id``.
        """
        if command.terminal is not None:
            self.check_terminal()
        kind, command = self._choose(kind, command, limits)
        order = RunOrder(
            kind=kind,
            cpu_ns=int(limits.cpu_time.total_seconds() * 1e9),
            wall_ns=int(limits.wall_time.total_seconds() * 1e9),
            memory_bytes=limits.memory_bytes,
            processes=limits.processes,
            disk_bytes=limits.disk_bytes,
            cpus=limits.cpus,
            correlation_id=correlation_id,
        )
        # Without cgroups memory is limited by address space, which runtimes with a large heap reservation cannot bear.
        address_space = limits.memory_bytes if self.cgroup_version == "none" else 0
        data, inputs = pack(command, limits, address_space=address_space)
        request = seal(data)
        try:
            for _ in range(_STARTS - 1):
                try:
                    return await self._start_once(order, command, [request, *inputs])
                except SupervisorGone:
                    pass  # nothing has run yet, so trying again cannot run it twice
            return await self._start_once(order, command, [request, *inputs])
        finally:
            os.close(request)

    async def pool(self) -> PoolStatus:
        """Return how its slots are; raise SandboxError where the supervisor is not there to tell."""
        if self._channel is None:
            raise SupervisorGone
        channel, theirs = Channel.pair()
        try:
            with theirs:
                await self._channel.send(b"{}", [theirs.fileno()])
            status = _parse((await channel.receive())[0])
        except ChannelClosed as error:
            raise SupervisorGone from error
        finally:
            channel.close()
        kinds = {name: KindStatus(ready=ready, wanted=wanted) for name, (ready, wanted) in status["kinds"].items()}
        return PoolStatus(in_use=status["in_use"], kinds=kinds)

    async def close(self) -> None:
        """End the supervisor and wait until it has cleaned up."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            await asyncio.to_thread(_reap, self._process)
            self._process = None

    def _choose(self, kind: str, command: Command, limits: Limits) -> tuple[str, Command]:
        """Return the kind of slot for this request, and whether what is warm there goes on with it."""
        warm = self._warm.get(kind)
        if warm is None:
            return kind, command
        # What has reserved its heap without a limit of address space would not fit into one.
        unlimited = self.cgroup_version == "none" and warm.ahead
        # And what has looked at its streams has seen pipes.
        if not unlimited and command.terminal is None and warm.takes(command.argv, command.environment, limits):
            return kind, replace(command, warm=True)
        return warm.otherwise or kind, command

    async def _start_once(self, order: RunOrder, command: Command, fds: Sequence[int]) -> Run:
        async with self._starting:
            if self._channel is None or self._process is None or self._process.poll() is not None:
                await self._reopen()
        supervisor = self._channel
        assert supervisor is not None
        if command.terminal is None:
            return await self._order(supervisor, order, fds, warm=command.warm)
        # A new one for each try: with the program that had it, a terminal is lost.
        master, slave = open_terminal(command.terminal)
        try:
            run = await self._order(supervisor, order, [*fds, slave], warm=False)
        except BaseException:
            os.close(master)
            raise
        finally:
            os.close(slave)  # else we would be one of its users, and never read its end
        run.take_terminal(master)
        return run

    async def _reopen(self) -> None:
        await self.close()
        try:
            await self.open()
        except LayerMissing:
            self.lost.set()
            raise

    async def _order(self, supervisor: Channel, order: RunOrder, fds: Sequence[int], *, warm: bool) -> Run:
        channel, theirs = Channel.pair()
        try:
            with theirs:
                await supervisor.send(json.dumps(asdict(order)).encode(), [theirs.fileno(), *fds])
        except ChannelClosed as error:
            channel.close()
            if self._channel is supervisor:
                supervisor.close()
                self._channel = None  # it may take a moment to end; the next try waits for that and starts another
            raise SupervisorGone from error
        return await _await_start(channel, warm=warm)


async def _receive_greeting(channel: Channel) -> dict[str, Any]:
    try:
        greeting = _parse((await channel.receive())[0])
    except ChannelClosed as error:
        raise SandboxError("the supervisor died at its start; its last words are on standard error") from error
    if "refused" in greeting:
        raise LayerMissing(greeting["refused"])
    return greeting


async def _await_start(channel: Channel, *, warm: bool) -> Run:
    try:
        data, fds = await channel.receive()
        answer = _parse(data)
        if len(fds) != 3:
            close_fds(fds)
            raise SandboxError(f"a run was not started: {answer}")
        return Run(channel, fds, warm=warm and answer["warm"])
    except ChannelClosed as error:
        channel.close()
        raise SupervisorGone from error
    except BaseException:
        channel.close()
        raise


def _parse(data: bytes) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(data)
    if "failed" in message:
        raise SandboxError(message["failed"])
    return message


def _launch(settings: SupervisorSettings, theirs: socket.socket) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "runward.sandbox", str(theirs.fileno())],
        stdin=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")} | _kept_environment(),
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(settings.to_json())
    return process


def _kept_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("XDG_RUNTIME_DIR", "HOME", "LANG") if name in os.environ}


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_EXIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
