"""The worker: claims, runs, renews, sweeps, drains."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy import Connection

from runward.engine import Engine
from runward.executions import Executions
from runward.queue.bus import WORK
from runward.store import claims
from runward.store.blobs import BlobStore
from runward.store.database import StoreError
from runward.store.executions import Execution
from runward.store.workers import BEAT, forget_worker, note_worker
from runward.telemetry.metrics import Metrics, RetryReason
from runward.wiring.services import Services
from runward.worker.attempt import Attempt, Stop

_log = structlog.get_logger("runward.worker")
# How often one looks without a hint.  With the lease this bounds how long a run of a dead worker waits.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatus:
    """What a worker tells of itself; ``reason`` says why it takes no work, ``hampered`` why it takes it late."""

    name: str
    slots: int
    busy: int
    ready: bool
    reason: str
    hampered: str = ""


class Worker:
    """One process's worth of running."""

    def __init__(
        self,
        *,
        executions: Executions,
        engine: Engine,
        blobs: BlobStore,
        metrics: Metrics,
        slots: int,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._executions, self._engine, self._blobs, self._slots = executions, engine, blobs, slots
        self._metrics = metrics
        self._context = contextvars.copy_context()
        self._held: dict[UUID, Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._claiming = self._reserved = 0
        self._unreserved = asyncio.Event()
        self._unreserved.set()
        self._free = asyncio.Event()
        self._hint: asyncio.Event | None = None
        self._draining = False
        self._trouble = ""

    @classmethod
    def of(cls, services: Services, engine: Engine) -> Self:
        """Return a worker that runs what these services queue."""
        return cls(
            executions=services.executions,
            engine=engine,
            blobs=services.blobs,
            metrics=services.metrics,
            slots=services.settings.max_concurrent_executions,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and run until told to stop; what is held then is left to ``drain``, which is to follow at once."""
        async with asyncio.TaskGroup() as group:
            claiming, tending = group.create_task(self._claim_always()), group.create_task(self.tend())
            self._executions.taker = self
            await stop.wait()
            self._draining, self._executions.taker = True, None
            self._wake()
            # Not cancelled: what the database gives us in this moment would be nobody's until its lease is over.
            await claiming
            await self._unreserved.wait()
            tending.cancel()

    async def tend(self) -> None:
        """Renew leases and sweep, for ever; ``run`` does it too."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew_always())
            group.create_task(self._sweep_always())
            group.create_task(self._beat_always())

    async def run_next(self) -> bool:
        """Claim the execution whose turn it is, and run it to its end; tell whether there was one."""
        taken = await self._claim(1)
        for execution in taken:
            await self._start(execution)
        return bool(taken)

    def reserve(self) -> bool:
        """Keep a slot free for what is submitted now, where there is one; then ``release`` is to follow."""
        if self._count_free() <= 0:
            return False
        self._reserved += 1
        self._unreserved.clear()
        return True

    def release(self, taken: Execution | None) -> None:
        """End a reservation, and run what was taken with it."""
        self._reserved -= 1
        if self._reserved == 0:
            self._unreserved.set()
        if taken is not None:
            self._start(taken)
        else:
            self._free.set()

    async def drain(self, grace: timedelta) -> None:
        """Take no more; let what runs end within the grace period, then give it back to the queue."""
        self._draining = True
        self._wake()
        # The grace period may be longer than a lease.
        renewing = asyncio.create_task(self._renew_always())
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=grace.total_seconds())
            for attempt in self._held.values():
                attempt.stop(Stop.SHUTDOWN)
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})

    def status(self) -> WorkerStatus:
        """Return how it is."""
        reason = "it is shutting down" if self._draining else self._trouble
        return WorkerStatus(name=self.name, slots=self._slots, busy=len(self._held), ready=not reason, reason=reason)

    async def _claim_always(self) -> None:
        with self._executions.bus.subscribe(WORK) as hint:
            self._hint = hint
            while not self._draining:
                hint.clear()
                self._free.clear()
                more = True
                while (free := self._count_free()) > 0 and more:
                    taken = await self._claim(free)
                    for execution in taken:
                        self._start(execution)
                    # Fewer than asked for are all there are, unless a key's limit left some out.
                    more = len(taken) == free or any(each.key_limit is not None for each in taken)
                await (self._free if free <= 0 else hint).wait()

    def _wake(self) -> None:
        self._free.set()
        if self._hint is not None:
            self._hint.set()

    def _count_free(self) -> int:
        return 0 if self._draining else self._slots - len(self._held) - self._claiming - self._reserved

    async def _claim(self, limit: int) -> list[Execution]:
        limit = min(limit, self._count_free())
        if limit <= 0:
            return []
        database, lease = self._executions.database, self._executions.policy.lease
        taken: list[Execution] = []
        self._claiming += limit
        try:
            # Not durable: a claim that a power failure undoes is a run that it ended.
            taken, are_left = await database.transact(
                lambda c: claims.take(c, worker=self.name, limit=limit, lease=lease, now=database.clock(c)),
                durable=False,
                single=True,
            )
            if are_left:
                left = limit - len(taken)
                taken += await database.transact(
                    lambda c: claims.claim(c, worker=self.name, limit=left, lease=lease, now=database.clock(c)),
                    durable=False,
                )
            self._trouble = ""
        except StoreError as error:
            self._tell_trouble(error)
        finally:
            self._claiming -= limit
        return taken

    def _start(self, execution: Execution) -> asyncio.Task[None]:
        attempt = Attempt(
            execution, executions=self._executions, engine=self._engine, blobs=self._blobs, metrics=self._metrics
        )
        self._held[execution.id] = attempt
        # Not in the context of whoever submitted it: its log lines and spans are its own.
        task = asyncio.create_task(self._carry_out(attempt), context=self._context.copy())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _carry_out(self, attempt: Attempt) -> None:
        try:
            await attempt.carry_out()
        finally:
            if self._held.get(attempt.execution.id) is attempt:
                del self._held[attempt.execution.id]
            self._free.set()
            if attempt.execution.key_limit is not None:
                self._executions.bus.publish(WORK)  # another of its key may run now, here or elsewhere

    async def _renew_always(self) -> None:
        while True:
            await asyncio.sleep(self._executions.policy.lease.total_seconds() / 3)
            await self._renew()

    async def _renew(self) -> None:
        database, lease = self._executions.database, self._executions.policy.lease
        held = [attempt.claim for attempt in self._held.values()]
        if not held:
            return
        try:
            renewal = await database.transact(
                lambda c: claims.renew(c, held, lease=lease, now=database.clock(c)), durable=False, single=True
            )
        except StoreError as error:
            self._tell_trouble(error)
            return
        for claim in held:
            attempt = self._held.get(claim.execution_id)
            if attempt is not None and attempt.claim == claim:
                attempt.heed(renewal)

    async def _beat_always(self) -> None:
        """Say that we are there, for as long as this is not cancelled."""
        database = self._executions.database

        def note(connection: Connection) -> None:
            note_worker(connection, self.name, slots=self._slots, now=database.clock(connection))

        try:
            while True:
                with contextlib.suppress(StoreError):  # the next beat tells
                    await database.transact(note, durable=False)
                await asyncio.sleep(BEAT.total_seconds())
        finally:
            with contextlib.suppress(StoreError):  # silence tells the same, a little later
                await asyncio.shield(database.transact(lambda c: forget_worker(c, self.name), durable=False))

    async def _sweep_always(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with contextlib.suppress(StoreError):  # the next look tells
                await self._sweep()

    async def _sweep(self) -> None:
        """Do what no hint told of: a hint may have been lost, or nobody was there to give one."""
        database, policy = self._executions.database, self._executions.policy
        usual = {"lease": policy.lease, "longest_wait": policy.longest_wait}
        found = await database.read(lambda c: claims.look(c, **usual, now=database.clock(c)))
        if found.skewed:
            _log.warning("clock_set_back")
            await database.transact(lambda c: claims.mend_times(c, **usual, now=database.clock(c)))
        if found.due and self._count_free() > 0:
            self._executions.bus.publish(WORK)
        if not found.overdue:
            return
        ended, queued = await database.transact(
            lambda c: claims.reap(c, most_losses=policy.most_losses, back_off=policy.back_off, now=database.clock(c)),
            long=True,  # hundreds at once, where a whole host was lost
        )
        for execution in ended:
            _log.warning("execution_reaped", execution_id=str(execution.id), detail=execution.message)
            self._executions.tell_end(execution.id, execution.status)
        for execution_id in queued:
            _log.warning("lease_expired", execution_id=str(execution_id), detail="queued again")
            self._metrics.record_lost_lease()
            self._metrics.record_retry(RetryReason.LEASE_LOST)
            self._executions.announce(execution_id)

    def _tell_trouble(self, error: StoreError) -> None:
        if not self._trouble:
            _log.error("worker_unready", detail=str(error))
        self._trouble = str(error)
