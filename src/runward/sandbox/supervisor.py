"""The supervisor: the only process with privilege.  It takes requests, gives each a slot, and reports facts.

It sees sealed requests and descriptors, never a program's bytes, and opens no path that a client names.

Protocol, one SOCK_SEQPACKET connection a client.  The supervisor first says {"layers": [...], "kinds": [...]}.  A client
sends {"kind", "limits"} with descriptors: a channel for this run, the sealed request, the files that it refers to, and the
program's terminal if it has one.
On the run's channel the supervisor answers {"warm": whether its slot is} with the three host ends of the program's pipes, then
 b"F" datagrams (core/run.c) with a descriptor each, then {"ended": {...}} or {"failed": "why"}.  A client
 may send b"S" and the number of a signal for the program; any other word, the end of its words and its death kill the run.
 A message with a channel alone asks how the pool is: {"in_use": n, "kinds": {kind: [ready, wanted]}}.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import time
from collections.abc import Coroutine
from dataclasses import dataclass

from runward.domain.errors import SandboxError
from runward.sandbox.channel import Channel, ChannelClosed, close_fds
from runward.sandbox.journal import note
from runward.sandbox.pool import Pool, cgroup_limits
from runward.sandbox.signals import SENDABLE
from runward.sandbox.slot import Ended, FileOut, Slot
from runward.sandbox.watch import Watch

_KILL_GRACE = 2.0
# Init itself ends a program that is over its wall time, which begins once the files are in.  By so much later it should have.
_WALL_SPARE_NS = 5_000_000_000
_SIGKILL = 9
_MOST = 1 << 60
_LONGEST_ID = 128
# A run that waits longer for its slot is worth a line in the log.
_LATE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What a client may decide about a run; times in nanoseconds.  ``correlation_id`` is for the log alone."""

    kind: str
    cpu_ns: int
    wall_ns: int
    memory_bytes: int
    processes: int
    disk_bytes: int
    cpus: float | None
    correlation_id: str | None = None

    def __post_init__(self) -> None:
        numbers = (self.cpu_ns, self.wall_ns, self.memory_bytes, self.processes, self.disk_bytes)
        if any(type(number) is not int or not 0 < number < _MOST for number in numbers):
            raise ValueError(f"a limit is not a whole number above zero and below {_MOST}")
        if self.cpus is not None and not 0 < self.cpus < _MOST:
            raise ValueError("cpus must be a number above zero")
        given = self.correlation_id
        if given is not None and (type(given) is not str or not 0 < len(given) <= _LONGEST_ID):
            raise ValueError(f"the correlation id must be a text of 1 to {_LONGEST_ID} characters")


class Supervisor:
    """Serves clients until closed; owns the pool and every slot."""

    def __init__(self, pool: Pool, *, greeting: dict[str, object]) -> None:
        self._pool, self._greeting = pool, greeting
        self._tasks: set[asyncio.Task[None]] = set()
        self._destroying: set[asyncio.Task[None]] = set()
        self._running = 0

    async def serve(self, connection: socket.socket) -> None:
        """Serve one client until it goes; its runs die with it, for their channels close."""
        channel = Channel(connection)
        try:
            await channel.send(json.dumps(self._greeting).encode())
            while True:
                data, fds = await channel.receive()
                self._start(data, fds)
        except ChannelClosed:
            pass
        finally:
            channel.close()

    async def close(self) -> None:
        """Kill every run and destroy every slot."""
        while self._tasks:  # a run that is cancelled leaves the task that destroys its slot
            for task in self._tasks - self._destroying:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pool.close()

    def _start(self, data: bytes, fds: list[int]) -> None:
        if not fds:
            return  # nobody to answer: the channel is the first descriptor
        try:
            channel = Channel(socket.socket(fileno=fds[0]))
        except OSError:  # no socket; the client's other runs must not pay for that
            close_fds(fds)
            return
        work = self._run(data, channel, fds[1:]) if len(fds) > 1 else self._tell_status(channel)
        self._own(work, [self._tasks])

    def _own(self, work: Coroutine[object, object, None], sets: list[set[asyncio.Task[None]]]) -> None:
        task = asyncio.create_task(work)
        for tasks in sets:
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _tell_status(self, channel: Channel) -> None:
        status = {"in_use": self._running, "kinds": self._pool.status()}
        try:
            await channel.send(json.dumps(status).encode())
        except ChannelClosed:
            pass  # whoever asked has gone
        finally:
            channel.close()

    async def _run(self, data: bytes, channel: Channel, fds: list[int]) -> None:
        correlation_id = None
        try:
            order = RunOrder(**json.loads(data))
            correlation_id = order.correlation_id
            await self._carry_out(order, channel, fds)
        except (SandboxError, OSError, ValueError, TypeError) as error:
            note(logging.WARNING, "run_failed", correlation_id=correlation_id, detail=f"{error}"[:2000])
            with contextlib.suppress(ChannelClosed):
                await channel.send(json.dumps({"failed": f"{error}"[:2000]}).encode())
        except ChannelClosed:  # the client went; the slot is destroyed already
            note(logging.INFO, "run_abandoned", correlation_id=correlation_id)
        finally:
            channel.close()
            close_fds(fds)

    async def _carry_out(self, order: RunOrder, channel: Channel, fds: list[int]) -> None:
        began = time.monotonic()
        slot = await self._pool.acquire(order.kind, order.disk_bytes)
        if (waited := time.monotonic() - began) > _LATE_SECONDS:
            told = {"kind": order.kind, "waited_ms": round(waited * 1000)}
            note(logging.INFO, "run_started_late", correlation_id=order.correlation_id, **told)
        self._running += 1
        try:
            slot.cgroup.set_limits(cgroup_limits(order.memory_bytes, order.processes, order.cpus))
            facts = await self._supervise(slot, order, channel, fds)
            await channel.send(json.dumps({"ended": facts}).encode())
            _note_end(order, facts)
        finally:
            self._running -= 1
            self._own(slot.destroy(), [self._tasks, self._destroying])  # also when this run is cancelled
            self._pool.refill(order.kind, running=len(self._tasks - self._destroying) - 1)

    async def _supervise(self, slot: Slot, order: RunOrder, channel: Channel, fds: list[int]) -> dict[str, object]:
        def kill() -> None:
            slot.kill_program()
            # Init answers at once; one that does not (stopped by memory pressure, say) is killed with its slot.
            last_resort.append(asyncio.get_running_loop().call_later(_KILL_GRACE, slot.kill))

        def listen() -> None:
            word = channel.try_receive()
            if word is not None and not _is_signal(word):
                kill()
                return
            if word is not None:
                slot.signal_program(word[1])
            channel.call_when_readable(listen)

        last_resort: list[asyncio.TimerHandle] = []
        started = time.monotonic_ns()
        await slot.start(fds[0], fds[1:])
        close_fds(fds)  # a terminal must end with the last of the program that has it
        fds.clear()
        watch = Watch(slot, cpu_ns=order.cpu_ns, wall_ns=order.wall_ns + _WALL_SPARE_NS, on_limit=kill)
        channel.call_when_readable(listen)
        try:
            # The program is on its way already; its pipes hold what it says until the client has them.
            await channel.send(b'{"warm":true}' if slot.warm else b'{"warm":false}', slot.pipes)
            close_fds(slot.pipes)
            slot.pipes = []
            ended = await self._forward(slot, channel)
        finally:
            watch.cancel()
            channel.call_when_readable(None)
            for timer in last_resort:
                timer.cancel()
        wall_ns = time.monotonic_ns() - started
        late = ended is not None and ended.wall_ns > order.wall_ns
        exceeded = watch.exceeded or ("wall_time" if late else None)
        return _facts(slot, ended, killed=bool(last_resort), exceeded=exceeded, wall_ns=wall_ns)

    async def _forward(self, slot: Slot, channel: Channel) -> Ended | None:
        while True:
            report = await slot.next_report()
            if not isinstance(report, FileOut):
                return report
            try:
                await channel.send(b"F" + report.size.to_bytes(8, "little") + report.path, [report.fd])
            finally:
                os.close(report.fd)


def _note_end(order: RunOrder, facts: dict[str, object]) -> None:
    names = ("stage", "status", "exceeded", "wall_ns", "cpu_ns", "memory_peak_bytes", "oom_kills", "process_limit_hits")
    told = {name: facts[name] for name in names}
    note(logging.INFO, "run_ended", correlation_id=order.correlation_id, kind=order.kind, **told)


def _is_signal(word: bytes) -> bool:
    return len(word) == 2 and word[:1] == b"S" and word[1] in SENDABLE


def _facts(slot: Slot, ended: Ended | None, *, killed: bool, exceeded: str | None, wall_ns: int) -> dict[str, object]:
    """Merge what init and the cgroup know.

    Without init's word the slot was killed as a whole, or its payload before the program was started: by us, or by the
    kernel for its memory; else it was somebody on the host, and nothing can be said of the program.
    """
    oom_kills, process_limit_hits = slot.cgroup.oom_kills(), slot.cgroup.process_limit_hits()
    # A kernel of the slot's own dies of the host's process limit, which stops no more than a fork elsewhere.
    if ended is None and not killed and oom_kills == 0 and process_limit_hits == 0:
        raise SandboxError("a slot was killed from outside")
    report = ended or Ended(
        stage=0, error=0, status=_SIGKILL, wall_ns=wall_ns, cpu_ns=0, peak_rss_bytes=0, files_left_out=0
    )
    cpu_ns, peak = slot.cpu_time_ns(), slot.cgroup.memory_peak_bytes()
    return {
        "stage": report.stage,
        "error": report.error,
        "status": report.status,
        "wall_ns": report.wall_ns,
        "cpu_ns": report.cpu_ns if cpu_ns is None else cpu_ns,
        "memory_peak_bytes": report.peak_rss_bytes if peak is None else peak,
        "peak_rss_bytes": report.peak_rss_bytes,
        "oom_kills": oom_kills,
        "process_limit_hits": process_limit_hits,
        "exceeded": exceeded,
        "files_left_out": report.files_left_out,
    }
