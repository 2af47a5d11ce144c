"""Executions as every face of the project sees them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from runward.domain.errors import TierNotEnabled
from runward.domain.limits import LimitRequest
from runward.domain.outcome import Step
from runward.domain.status import ExecutionStatus
from runward.engine import EnginePolicy, InputFile
from runward.engine.program import check_imports, check_program, find_entry
from runward.executions.events import RESULT, ExecutionEvent, input_stream, output_stream, pack, unpack
from runward.executions.inbox import InboxFull
from runward.executions.policy import ExecutionPolicy, UploadsTooLarge
from runward.executions.request import ExecutionRequest
from runward.executions.submission import Idempotency, Raced, Submission, Submitted, find_earlier, submit
from runward.languages import Registry
from runward.queue.bus import Bus, Hint, cancel_topic, ended_topic
from runward.queue.flights import Flights
from runward.queue.streams import StreamLost, Streams
from runward.store import Database, claims
from runward.store import executions as rows
from runward.store.blobs import BlobStore
from runward.store.database import StoreError
from runward.store.executions import Execution
from runward.store.outputs import get_outputs

# How often one who waits looks by itself: a hint may have been lost.
_LOOK_SECONDS = 2.0
# A listener to a silent stream looks each so many times that it hears of the silence.
_SILENCES = 5
_RACES = 5
# From the commit of an end to the last entry of its stream.
_TOLD_WITHIN = timedelta(seconds=1)
_CLOSING_LOOK_SECONDS = 0.02


class Dispatch(Protocol):
    """Tells workers that there is work.  Told in vain, or not at all, costs time and nothing else."""

    def announce(self, execution_id: UUID) -> None:
        """Tell; never waits."""


class Taker(Protocol):
    """A worker of this process, which may take an execution in the transaction that submits one."""

    @property
    def name(self) -> str:
        """Return what its claims bear."""

    def reserve(self) -> bool:
        """Keep a slot free, where there is one; then ``release`` is to follow."""

    def release(self, taken: Execution | None) -> None:
        """End the reservation, and run what was taken with it; never waits."""


@dataclass(slots=True, kw_only=True)
class _Ending:
    """What one who waits for an end here is given: a hint, and where it ended here the execution as it was committed."""

    hint: Hint
    execution: Execution | None = None


class Executions:
    """The one lifecycle: every face submits here, and reads here what came of it."""

    def __init__(
        self,
        *,
        database: Database,
        blobs: BlobStore,
        bus: Bus,
        streams: Streams,
        dispatch: Dispatch,
        registry: Registry,
        engine_policy: EnginePolicy,
        policy: ExecutionPolicy,
    ) -> None:
        self.database, self.bus, self.streams, self.policy = database, bus, streams, policy
        self._blobs = blobs
        self._looks: Flights[UUID, bool] = Flights()
        self._closings: Flights[UUID, bool] = Flights()
        self._dispatch, self._registry, self._engine_policy = dispatch, registry, engine_policy
        self._endings: dict[UUID, list[_Ending]] = {}
        # The worker that learns of work from the bus, where this process has one.
        self.taker: Taker | None = None

    def check(self, request: ExecutionRequest) -> ExecutionRequest:
        """Return the request with the defaults in it; RequestError tells what its sender has to change."""
        language = self._registry.get(request.language)
        request = replace(request, language=language.id, limits=self._with_defaults(request.limits))
        # Their content is looked at by no check, nor by the one for imports: that is a courtesy, no wall.
        uploaded = tuple(InputFile(path=file.path, content=b"") for file in request.uploads)
        spec = replace(request, files=(*request.files, *uploaded)).spec()
        if request.tier is not None and request.tier not in self.policy.tiers:
            raise TierNotEnabled(request.tier, enabled=list(self.policy.tiers))
        check_program(spec)
        find_entry(spec, language)
        check_imports(request.files, language, self._engine_policy)
        own = language.limits.get(Step.RUN, LimitRequest())
        limits = self._engine_policy.limits_for(
            Step.RUN, request.limits, language=own, time_factor=language.time_factor
        )
        size = sum(file.size_bytes for file in request.uploads)
        if size > limits.disk_bytes:  # the box could not hold them, nor should a worker
            raise UploadsTooLarge(size=size, maximum=limits.disk_bytes)
        return request

    async def submit(
        self, compose: Callable[[Connection], Submission], *, idempotency: Idempotency | None = None
    ) -> tuple[Execution, bool]:
        """Queue what is composed within the transaction; return it, and whether it is new.

        Where an earlier request had the same key, its execution is returned, and nothing is composed.  When this returns,
        nothing can lose it.  What is composed has been checked.
        """
        for _ in range(_RACES):
            try:
                submitted = await self._submit(compose, idempotency)
            except Raced:
                continue
            execution, taken = submitted.execution, submitted.taken
            if submitted.is_new and (taken is None or taken.id != execution.id):
                self.announce(execution.id)
            return execution, submitted.is_new
        raise AssertionError("whoever won the race is found at the next look")

    async def _submit(self, compose: Callable[[Connection], Submission], idempotency: Idempotency | None) -> Submitted:
        taker = self.taker if self.taker is not None and self.taker.reserve() else None
        clock, worker = self.database.clock, None if taker is None else taker.name

        def work(connection: Connection) -> Submitted:
            if idempotency is not None:
                earlier = find_earlier(connection, idempotency, now=clock(connection))
                if earlier is not None:
                    return Submitted(execution=earlier, is_new=False)
            wish = compose(connection)
            now = clock(connection)
            return submit(connection, wish, self.policy, now=now, idempotency=idempotency, worker=worker)

        def release(taken: Execution | None) -> None:
            nonlocal taker
            if taker is not None:
                taker.release(taken)
                taker = None

        # What is taken begins while the disk is waited for: until then nobody knows that it was queued.  In a task of its
        # own: if the caller leaves meanwhile, it may be committed all the same, and then has to be run.
        transacting = asyncio.create_task(self.database.transact(work, then=lambda found: release(found.taken)))
        transacting.add_done_callback(lambda _: release(None))
        return await asyncio.shield(transacting)

    def announce(self, execution_id: UUID) -> None:
        """Tell the workers of an execution that is queued and committed."""
        self._dispatch.announce(execution_id)

    async def get(self, execution_id: UUID) -> Execution:
        """Return the execution as it is now."""
        execution = await self.database.read(lambda connection: rows.get_execution(connection, execution_id))
        return await get_outputs(self._blobs, execution)

    async def submit_and_wait(
        self,
        execution_id: UUID,
        compose: Callable[[Connection], Submission],
        patience: timedelta,
        *,
        idempotency: Idempotency | None = None,
    ) -> Execution:
        """Queue what is composed, with this id; return the execution when it has ended, or patience is over."""
        with self._awaiting(execution_id) as ending:
            execution, is_new = await self.submit(compose, idempotency=idempotency)
            if is_new:
                return await self._until_ended(execution, ending, patience)
        return await self.wait(execution.id, patience)

    async def wait(self, execution_id: UUID, patience: timedelta) -> Execution:
        """Return the execution when it has ended, or as it is when patience is over."""
        with self._awaiting(execution_id) as ending:
            return await self._until_ended(await self.get(execution_id), ending, patience)

    async def _until_ended(self, execution: Execution, ending: _Ending, patience: timedelta) -> Execution:
        now = asyncio.get_running_loop().time
        deadline = now() + patience.total_seconds()
        while not execution.status.is_terminal and (left := deadline - now()) > 0:
            await _wait(ending.hint, min(left, _LOOK_SECONDS))
            ending.hint.clear()
            execution = ending.execution or await self.get(execution.id)
        return execution

    @contextlib.contextmanager
    def _awaiting(self, execution_id: UUID) -> Iterator[_Ending]:
        with self.bus.subscribe(ended_topic(execution_id)) as hint:
            ending = _Ending(hint=hint)
            self._endings.setdefault(execution_id, []).append(ending)
            try:
                yield ending
            finally:
                self._endings[execution_id].remove(ending)
                if not self._endings[execution_id]:
                    del self._endings[execution_id]

    async def cancel(self, execution_id: UUID, *, reason: str) -> Execution:
        """End it, queued or running; return it as it is then.  A running one ends a moment later."""

        def work(connection: Connection) -> tuple[bool, Execution]:
            before = rows.get_execution(connection, execution_id)
            after = claims.cancel(connection, execution_id, reason=reason, now=self.database.clock(connection))
            return after.status.is_terminal and not before.status.is_terminal, after

        ended, execution = await self.database.transact(work)
        if ended:
            self.tell_end(execution.id, execution.status)
        elif not execution.status.is_terminal:
            self.bus.publish(cancel_topic(execution_id))
        return execution

    def tell_end(self, execution_id: UUID, status: ExecutionStatus, execution: Execution | None = None) -> None:
        """Wake everyone who waits for the end that was just committed; the ``execution`` saves those here reading it."""
        for ending in self._endings.get(execution_id, ()):
            ending.execution = execution
        event = ExecutionEvent.of(RESULT, {"status": status})
        self.streams.append(output_stream(execution_id), pack(event), last=True)
        self.streams.append(input_stream(execution_id), b"{}", last=True)
        self.bus.publish(ended_topic(execution_id))

    def tell_deleted(self, execution_id: UUID) -> None:
        """Wake everyone about an execution whose row is gone: its holder kills it, and its listeners leave."""
        self.bus.publish(cancel_topic(execution_id))
        self.tell_end(execution_id, ExecutionStatus.CANCELLED)

    def send(self, execution_id: UUID, message: bytes) -> None:
        """Send a running program something; what it is, ``executions.inbox`` tells.  InboxFull where there is no room."""
        if not self.streams.append(input_stream(execution_id), message):
            raise InboxFull

    async def listen(self, execution: Execution, *, after: str = "") -> AsyncGenerator[Sequence[ExecutionEvent]]:
        """Yield what happens, from the beginning or after a position, until the result: what is there at once together.

        Where nothing happens for a while that is yielded, an empty sequence.  Where the stream is not kept any more, the
        result is all there is.  A stream needs no database: it goes on while that is away.
        """
        execution_id = execution.id
        if execution.status.is_terminal and not await self._closings.join(
            execution_id, lambda: self._is_told(execution)
        ):
            yield [ExecutionEvent.of(RESULT, {"status": execution.status})]
            return
        with self.bus.subscribe(ended_topic(execution_id)) as ended:
            async with contextlib.aclosing(self._follow(execution_id, ended, after=after)) as batches:
                async for events in batches:
                    yield events
                    if events and events[-1].is_last:
                        return
            # The stream tells no more.
            while not await self._has_ended(execution_id):
                yield ()
                await _wait(ended, _SILENCES * _LOOK_SECONDS)
                ended.clear()
        yield [ExecutionEvent.of(RESULT, {})]

    async def _follow(self, execution_id: UUID, ended: Hint, *, after: str) -> AsyncGenerator[Sequence[ExecutionEvent]]:
        """Yield what the stream tells, until it tells no more, or the row tells that it should."""
        silences = endings = 0
        entries = self.streams.read(output_stream(execution_id), after=after)
        with contextlib.suppress(StreamLost):
            async with contextlib.aclosing(entries):
                async for batch in entries:
                    if batch:
                        yield [unpack(entry) for entry in batch]
                        silences = endings = 0
                        continue
                    silences += 1
                    # Once the end is heard, what is still on its way gets a moment.
                    endings += ended.is_set()
                    # The last entry may have been lost, or be written to where nobody here reads.
                    if (endings > 1 or silences % _SILENCES == 0) and await self._has_ended(execution_id):
                        return
                    yield ()

    async def _is_told(self, execution: Execution) -> bool:
        """Tell whether the stream tells the whole story of an execution that has ended.

        It is closed a moment after the row was committed: who comes in between waits for that.  No hint tells of it: that
        of the end may come before the last entries.
        """
        name = output_stream(execution.id)
        is_whole = await self.streams.is_whole(name)
        if not is_whole and execution.finished_at is not None:
            until = execution.finished_at + _TOLD_WITHIN
            left = (until - await self.database.read(self.database.clock)).total_seconds()
            deadline = asyncio.get_running_loop().time() + left
            while not is_whole and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(_CLOSING_LOOK_SECONDS)
                is_whole = await self.streams.is_whole(name)
        return is_whole

    def _with_defaults(self, limits: LimitRequest) -> LimitRequest:
        policy, maximum = self.policy, self._engine_policy.maximum
        wall = limits.wall_time or min(policy.wall_time, maximum.wall_time)
        return replace(
            limits,
            wall_time=wall,
            cpu_time=limits.cpu_time or min(wall, maximum.cpu_time),
            memory_bytes=limits.memory_bytes or policy.memory_bytes,
            output_bytes=limits.output_bytes or policy.output_bytes,
        )

    async def _has_ended(self, execution_id: UUID) -> bool:
        # All listeners of an execution find its stream silent at the same moment.
        def work(connection: Connection) -> bool:
            return rows.get_execution(connection, execution_id).status.is_terminal

        try:
            return await self._looks.join(execution_id, lambda: self.database.read(work))
        except StoreError:
            return False  # nobody knows; the next look may tell


async def _wait(hint: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await hint.wait()
