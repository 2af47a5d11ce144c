"""Slots prepared ahead: each kind has a zygote and a few slots that wait with the wall up."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from runward.domain.errors import SandboxError
from runward.sandbox.cgroup import CgroupLimits, CgroupTree
from runward.sandbox.channel import Channel
from runward.sandbox.identity import UidPool
from runward.sandbox.journal import note
from runward.sandbox.kind import SlotKind
from runward.sandbox.slot import Slot
from runward.sandbox.zygote import INTO_CGROUP, SINGLE_UID, WITHOUT_LANDLOCK, Zygote

# Forks of one interpreter share where things lie in its memory and the secret of its hash function.
_FORKS_OF_AN_INTERPRETER = 1000
# More ready slots than asked for are kept this long after they were last too few.
_SURPLUS_SECONDS = 30
# Slots that failed in a row, after which nothing of the kind is started ahead any more.
_FAILURES = 3
# What is made ahead waits for a pause like this while enough is ready: it would compete with the answer on its way, and
# with the next request.
_QUIET_SECONDS = 0.006
# Slots beyond the usual number are not made where less of the machine's memory than this is free.
_FREE_SHARE = 1 / 8


@dataclass(slots=True)
class _Kind:
    """One kind's zygote and its ready slots."""

    kind: SlotKind
    zygote: Zygote | None = None
    retired: Zygote | None = None
    ready: deque[Slot] = field(default_factory=deque)
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    refill: asyncio.Task[None] | None = None
    pause: asyncio.TimerHandle | None = None
    wanted: int = 0
    shrinking: asyncio.TimerHandle | None = None
    failures: int = 0

    @property
    def otherwise(self) -> str:
        """Return the kind that serves where none of this is ready, for to start ahead takes longer than to start."""
        return self.kind.warm.otherwise if self.kind.warm is not None else ""

    @property
    def has_failed(self) -> bool:
        """Tell whether no more of it are to be made."""
        return bool(self.otherwise) and self.failures >= _FAILURES


class Pool:
    """Gives out slots, each once, and makes the next while others run."""

    def __init__(
        self,
        kinds: dict[str, SlotKind],
        *,
        core: Path,
        cgroups: CgroupTree,
        uids: UidPool,
        rootless: bool,
        require_landlock: bool,
        ready_slots: int,
        most_ready_slots: int,
    ) -> None:
        self._kinds = {name: _Kind(kind, wanted=_bounded(kind, ready_slots)) for name, kind in kinds.items()}
        self._core, self._cgroups, self._uids = core, cgroups, uids
        self._rootless = rootless
        self._ready_slots, self._most_ready_slots = ready_slots, most_ready_slots
        self._flags = (SINGLE_UID if uids.single else 0) | (0 if require_landlock else WITHOUT_LANDLOCK)
        self._numbers = itertools.count(1)
        self._closed = False
        self._burials: set[asyncio.Task[None]] = set()

    async def acquire(self, name: str, disk_bytes: int) -> Slot:
        """Return a slot that nothing has run in; from the ready ones if its disk is the usual one."""
        kind = self._kinds.get(name)
        if kind is None:
            raise SandboxError(f"the supervisor has no slot kind {name!r}; it was started with other languages")
        usual = disk_bytes == kind.kind.usual.disk_bytes  # the limits in its control group can be changed, this cannot
        while usual and kind.ready:
            slot = self._take(kind)
            if slot.alive:
                return slot
            await slot.destroy()  # somebody killed it while it waited
        if kind.otherwise:
            return await self.acquire(kind.otherwise, disk_bytes)
        if usual:
            self._want_more(kind)
        return await self._make(kind, disk_bytes)

    def refill(self, name: str, *, running: int) -> None:
        """Make ready slots up to the wanted number, while so many others run."""
        kind = self._kinds[name]
        if kind.otherwise:
            self._plan_refill(self._kinds[kind.otherwise])
        # To start ahead costs more than it saves while programs wait for the processors; they start cold meanwhile.
        if not kind.otherwise or running < (os.cpu_count() or 1):
            self._plan_refill(kind)

    def _plan_refill(self, kind: _Kind) -> None:
        """Begin at once when few are left, else when nobody has asked for a while."""
        if kind.pause is not None:
            kind.pause.cancel()
        seconds = _QUIET_SECONDS if 4 * len(kind.ready) >= kind.wanted else 0
        kind.pause = asyncio.get_running_loop().call_later(seconds, self._start_refill, kind)

    def _start_refill(self, kind: _Kind) -> None:
        kind.pause = None
        if not self._closed and (kind.refill is None or kind.refill.done()):
            kind.refill = asyncio.create_task(self._refill(kind))

    def status(self) -> dict[str, tuple[int, int]]:
        """Return how many slots of each kind that has been asked for are ready, and how many should be."""
        return {name: (len(kind.ready), kind.wanted) for name, kind in self._kinds.items() if kind.refill is not None}

    async def close(self) -> None:
        """Destroy the ready slots and end the zygotes."""
        self._closed = True
        for kind in self._kinds.values():
            for timer in (kind.pause, kind.shrinking):
                if timer is not None:
                    timer.cancel()
            if kind.refill is not None:
                kind.refill.cancel()
                await asyncio.gather(kind.refill, return_exceptions=True)
            while kind.ready:
                await self._take(kind).destroy()
            for zygote in (kind.zygote, kind.retired):
                if zygote is not None:
                    zygote.close()
        await asyncio.gather(*self._burials)

    def _want_more(self, kind: _Kind) -> None:
        """Keep one more slot ready, as far as number and memory allow, until there have been enough for a while."""
        if kind.wanted >= _bounded(kind.kind, self._most_ready_slots) or _free_share() < _FREE_SHARE:
            return
        kind.wanted += 1
        if kind.shrinking is not None:
            kind.shrinking.cancel()
        kind.shrinking = asyncio.get_running_loop().call_later(_SURPLUS_SECONDS, self._want_usual, kind)

    def _want_usual(self, kind: _Kind) -> None:
        kind.wanted = _bounded(kind.kind, self._ready_slots)
        self._plan_refill(kind)

    async def _refill(self, kind: _Kind) -> None:
        while len(kind.ready) > kind.wanted:
            await self._take(kind).destroy()
        while len(kind.ready) < kind.wanted and not self._closed and not kind.has_failed:
            try:
                await self._renew_zygote(kind)
                slot = await self._make(kind, kind.kind.usual.disk_bytes)
            except SandboxError as error:
                self._note_failure(kind, error)
                return
            kind.failures = 0
            kind.ready.append(slot)
            slot.call_when_dead(partial(self._bury, kind, slot))

    def _take(self, kind: _Kind) -> Slot:
        slot = kind.ready.popleft()
        slot.call_when_dead(None)
        return slot

    def _bury(self, kind: _Kind, slot: Slot) -> None:
        """Let nothing stay of a slot that somebody killed while it waited; the next run has others made."""
        note(logging.WARNING, "slot_lost", kind=kind.kind.name, detail="somebody killed it while it waited")
        kind.ready.remove(slot)
        slot.call_when_dead(None)
        task = asyncio.create_task(slot.destroy())
        self._burials.add(task)
        task.add_done_callback(self._burials.discard)

    def _note_failure(self, kind: _Kind, error: SandboxError) -> None:
        """Give up what is started ahead where that fails again and again; else the next run meets and tells the error."""
        kind.failures += 1
        if kind.otherwise and kind.failures == _FAILURES:
            told = f"{error}; programs are started cold for now"
            note(logging.WARNING, "started_cold", kind=kind.kind.name, detail=told)

    async def _make(self, kind: _Kind, disk_bytes: int) -> Slot:
        zygote = await self._zygote(kind)
        ids = self._uids.acquire()
        usual = cgroup_limits(kind.kind.usual.memory_bytes, kind.kind.usual.processes)
        cgroup = self._cgroups.create(f"slot-{next(self._numbers)}", usual)
        channel, theirs = Channel.pair()
        try:
            with theirs:
                pid, pidfd = await zygote.spawn(
                    theirs,
                    flags=self._flags | (INTO_CGROUP if cgroup.into_cgroup else 0),
                    guest=ids.guest,
                    disk=(disk_bytes, inodes_for(disk_bytes)),
                    cgroup=cgroup.birth_fds,
                )
        except BaseException:
            channel.close()
            cgroup.kill()
            cgroup.remove()
            self._uids.release(ids)
            raise
        slot = Slot(
            warm=zygote.kind.warm is not None,
            channel=channel,
            pid=pid,
            pidfd=pidfd,
            cgroup=cgroup,
            ids=ids,
            uids=self._uids,
            guest_inside=zygote.kind.guest_inside,
        )
        try:
            await slot.wait_ready()
        except BaseException:
            await asyncio.shield(slot.destroy())
            raise
        return slot

    async def _renew_zygote(self, kind: _Kind) -> None:
        """Start the next interpreter where one has been forked often.

        A slot may be on its way out of the old one, so that is ended with the next but one.
        """
        old = kind.zygote
        if kind.kind.warm is not None and old is not None and old.spawned >= _FORKS_OF_AN_INTERPRETER:
            kind.zygote = await self._start_zygote(kind.kind)
            if kind.retired is not None:
                kind.retired.close()
            kind.retired = old

    async def _zygote(self, kind: _Kind) -> Zygote:
        async with kind.starting:
            if kind.zygote is not None and kind.zygote.alive:
                return kind.zygote
            if kind.zygote is not None:
                kind.zygote.close()
            kind.zygote = await self._start_zygote(kind.kind)
            return kind.zygote

    async def _start_zygote(self, kind: SlotKind) -> Zygote:
        """Start a zygote; without its interpreter where that fails, for it serves speed alone: slots execute then."""
        try:
            return await self._try_start_zygote(kind)
        except SandboxError as error:
            if kind.warm is None:
                raise
            told = f"{error}; programs are started cold for now"
            note(logging.WARNING, "started_cold", kind=kind.name, detail=told)
            return await self._try_start_zygote(replace(kind, warm=None))

    async def _try_start_zygote(self, kind: SlotKind) -> Zygote:
        zygote = Zygote(kind, core=self._core, keep_proc=self._rootless)
        try:
            await zygote.start()
        except BaseException:
            zygote.close()
            raise
        return zygote


def _bounded(kind: SlotKind, ready_slots: int) -> int:
    """Return how many slots of the kind may wait: each holds the memory of what is started ahead in it."""
    most = kind.warm.most_ready if kind.warm is not None else None
    return ready_slots if most is None else min(ready_slots, most)


def cgroup_limits(memory_bytes: int, processes: int, cpus: float | None = None) -> CgroupLimits:
    """Return the limits of a slot's control group: those of the program, and room for init."""
    return CgroupLimits(memory_bytes=memory_bytes, processes=processes + 1, cpus=cpus)


def _free_share() -> float:
    """Return how much of the machine's memory could be had without swapping."""
    words = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    sizes = {name: int(kib) for name, kib, *_ in words}
    return sizes["MemAvailable:"] / sizes["MemTotal:"]


def inodes_for(disk_bytes: int) -> int:
    """Return how many files a disk limit allows: one for each page, and a few."""
    return 64 + disk_bytes // 4096
