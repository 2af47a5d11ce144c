"""A zygote as the supervisor sees it: start it with a root, ask it for slots."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import struct
import subprocess
from pathlib import Path

from runward.domain.errors import SandboxError
from runward.sandbox.channel import Channel, ChannelClosed, close_fds
from runward.sandbox.filter import build_filter, build_guest_filter
from runward.sandbox.kind import USUAL_STACK_BYTES, SlotKind, Warm
from runward.sandbox.request import seal

CORE = Path(__file__).with_name("runward-core")
_SPAWN = struct.Struct("=3I4x2Q")
_SPAWNED = struct.Struct("=ii")
INTO_CGROUP, SINGLE_UID, WITHOUT_LANDLOCK = 1, 2, 4


class Zygote:
    """A process in the finished root of one slot kind, that clones slots and never sees a tenant's byte.

    That of a warm kind is the kind's interpreter, unless each slot executes one ahead.  Its standard streams are pipes, as a program's are: it looks at them
    when it starts, and its forks go by what it saw.
    """

    def __init__(self, kind: SlotKind, *, core: Path, keep_proc: bool) -> None:
        self.kind = kind
        self.spawned = 0
        self._core, self._keep_proc = core, keep_proc
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Start the process and wait until its root stands; raise SandboxError with the layer that failed."""
        channel, theirs = Channel.pair()
        with theirs:
            self._process = _launch(self._core, theirs, self.kind.warm)
        descriptions = [
            seal(self.kind.describe(keep_proc=self._keep_proc)),
            seal(build_guest_filter() + build_filter()),
        ]
        try:
            await channel.send(b"C", descriptions)
            answer, fds = await channel.receive()
        except ChannelClosed as error:
            raise SandboxError(f"the zygote of {self.kind.name} died at its start{self._last_words()}") from error
        finally:
            close_fds(descriptions)
        close_fds(fds)
        if answer != b"Z":
            raise SandboxError(f"the root of {self.kind.name} cannot be built: {_reason(answer)}")
        self._channel = channel

    async def spawn(
        self,
        control: socket.socket,
        *,
        flags: int,
        guest: int,
        disk: tuple[int, int],
        cgroup: tuple[int, ...],
    ) -> tuple[int, int]:
        """Clone a slot; return its pid and pidfd.  ``guest`` is a user id, ``disk`` is bytes and inodes, ``cgroup`` its birth descriptors."""
        assert self._channel is not None, "start() comes first"
        async with self._turn:
            try:
                message = _SPAWN.pack(ord("S"), flags, guest, *disk)
                await self._channel.send(message, [control.fileno(), *cgroup])
                answer, fds = await self._channel.receive()
            except ChannelClosed as error:
                raise SandboxError(f"the zygote of {self.kind.name} died") from error
        if len(answer) != _SPAWNED.size:
            close_fds(fds)
            raise SandboxError(f"the zygote of {self.kind.name} failed: {_reason(answer)}")
        self.spawned += 1
        pid = _SPAWNED.unpack(answer)[1]
        if pid <= 0:
            raise SandboxError(f"a slot of {self.kind.name} cannot be cloned: {os.strerror(-pid)}")
        return pid, fds[0]

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()

    def _last_words(self) -> str:
        assert self._process is not None
        if self._process.stderr is None:
            return ""  # it wrote them where we write
        self._process.kill()
        return f": {self._process.communicate()[1].decode(errors='replace').strip()[-1000:]}"


def _launch(core: Path, theirs: socket.socket, warm: Warm | None) -> subprocess.Popen[bytes]:
    """Start the core with its control socket, the environment of what is warm, and nothing else of ours."""
    becomes_interpreter = warm is not None and not warm.ahead
    try:
        process = subprocess.Popen(
            [
                str(core),
                "ahead" if warm and warm.ahead else "zygote",
                str(theirs.fileno()),
                *(warm.argv if warm else ()),
            ],
            stdin=subprocess.PIPE if becomes_interpreter else subprocess.DEVNULL,
            stdout=subprocess.PIPE if becomes_interpreter else subprocess.DEVNULL,
            stderr=subprocess.PIPE if becomes_interpreter else None,
            cwd="/",
            env={**warm.environment, **warm.additions} if warm else {},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxError(f"{core} cannot be started: {error}") from error
    if warm:  # some interpreters take their depth of recursion from the limit at their start
        _, most = resource.prlimit(process.pid, resource.RLIMIT_STACK)
        resource.prlimit(process.pid, resource.RLIMIT_STACK, (USUAL_STACK_BYTES, most))
    return process


def _reason(answer: bytes) -> str:
    return answer.removeprefix(b"E").decode(errors="replace")
