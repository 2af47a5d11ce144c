"""One attempt at one execution: from its claim to what is written into its row."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from runward.domain.errors import LayerMissing, RequestError, RunwardError, ShuttingDown
from runward.engine import Control, Engine, ExecutionResult
from runward.executions import Executions
from runward.executions.artifacts import keep_artifacts
from runward.executions.charge import charge_of
from runward.executions.inbox import Inbox
from runward.executions.narrator import Narrator
from runward.executions.request import ExecutionRequest
from runward.executions.result import cancelled_values, failed_values, result_values
from runward.executions.result_cache import answer, cache_key, may_serve
from runward.queue.bus import cancel_topic
from runward.store import claims
from runward.store.answers import answer_of
from runward.store.blobs import BlobStore
from runward.store.claims import Renewal
from runward.store.database import StoreError
from runward.store.executions import Claim, Execution
from runward.store.outputs import get_outputs, put_outputs
from runward.telemetry import SpanKind, bind_correlation_id, continue_trace, report_fault, span
from runward.telemetry.metrics import Metrics, RetryReason

T = TypeVar("T")

_log = structlog.get_logger("runward.worker")


class Stop(Enum):
    """Why an attempt is ended before its program is."""

    CANCELLED = auto()
    LOST = auto()
    SHUTDOWN = auto()


class Attempt:
    """Runs the program, tells its listeners, and writes what came of it where that is still ours to write."""

    def __init__(
        self, execution: Execution, *, executions: Executions, engine: Engine, blobs: BlobStore, metrics: Metrics
    ) -> None:
        assert execution.worker is not None, "it was claimed"
        self.execution = execution
        self.claim = Claim(execution_id=execution.id, worker=execution.worker, epoch=execution.epoch)
        self._executions, self._engine, self._blobs, self._metrics = executions, engine, blobs, metrics
        self._narrator = Narrator(executions.streams, execution.id)
        self._run: asyncio.Task[ExecutionResult] | None = None
        self._stop: Stop | None = None
        self._reason = ""
        # Of one whose answer may serve equal ones; and whether somebody sent it a signal, say, while it ran.
        self._key: str | None = None
        self._called = False

    def stop(self, stop: Stop, reason: str = "") -> None:
        """Kill the program; what is written then depends on why."""
        if self._stop is None:
            self._stop, self._reason = stop, reason
            if self._run is not None:
                self._run.cancel()

    def heed(self, renewal: Renewal) -> None:
        """Stop where the claim was lost, or the execution is to be cancelled."""
        if self.execution.id in renewal.lost:
            self.stop(Stop.LOST)
        elif self.execution.id in renewal.cancelled:
            self.stop(Stop.CANCELLED, renewal.cancelled[self.execution.id])

    async def carry_out(self) -> None:
        """Run it to whatever end; never raises what the platform or the program did wrong."""
        execution = self.execution
        waited = max(timedelta(0), (execution.started_at or execution.run_at) - execution.run_at)
        self._metrics.record_attempt(language=execution.language, queue_wait=waited)
        with (
            bind_correlation_id(execution.correlation_id),
            continue_trace(execution.traceparent),
            span("execution", {"runward.execution_id": str(execution.id)}, kind=SpanKind.CONSUMER),
        ):
            watcher = asyncio.create_task(self._watch())
            try:
                await self._carry_out()
            finally:
                watcher.cancel()
                await asyncio.wait({watcher})

    async def _carry_out(self) -> None:
        execution = self.execution
        started = execution.started_at.isoformat().replace("+00:00", "Z") if execution.started_at else ""
        self._narrator.begin(attempt=execution.attempts, worker=self.claim.worker, started_at=started)
        try:
            request = ExecutionRequest.from_json(execution.request)
            if await self._answer(request):
                return
            result, artifacts = await self._run_program(request)
            values = self._for_equals(result_values(result, artifacts=artifacts))
        except asyncio.CancelledError:
            if self._stop is None:
                self._stop = Stop.SHUTDOWN  # by the engine, which drains
            await self._write_stopped()
            return
        except (ShuttingDown, LayerMissing):
            # Without its sandbox this process can run nothing more, and ends; elsewhere it is the first try.
            self._stop = self._stop or Stop.SHUTDOWN
            await self._write_stopped()
            return
        except RequestError as error:
            values = failed_values(str(error), b"", b"")  # it was checked when it was submitted; this host knows better
        except RunwardError as error:
            await self._write_fault(str(error))
            return
        except Exception as error:  # noqa: BLE001  (a row must not hang on a mistake of ours)
            report_fault(error)
            _log.exception("attempt_failed", execution_id=str(execution.id))
            await self._write_fault("an internal error of the worker; its log tells more")
            return
        await self._finish(values)

    async def _answer(self, request: ExecutionRequest) -> bool:
        """Give it the answer of an equal one, where it asks for that and there is one; tell whether that is done."""
        lifetime, database = self._executions.policy.result_cache, self._executions.database
        if not request.cache or not lifetime:
            return False
        key = self._key = cache_key(self.execution.request, self._engine.identify(request.spec()))
        try:
            answered = await database.transact(
                lambda c: answer(c, self.claim, self.execution, key, lifetime=lifetime, now=database.clock(c))
            )
        except StoreError as error:
            _log.warning("result_cache_unread", execution_id=str(self.execution.id), detail=str(error))
            return False
        if answered is None:
            return False
        with contextlib.suppress(StoreError):  # its listeners are told where to read it all the same
            self._narrator.repeat(await get_outputs(self._blobs, answered))
        self._tell_end(answer_of(answered))
        return True

    def _for_equals(self, values: dict[str, Any]) -> dict[str, Any]:
        """Let what came of it serve equal ones, where nothing but the request has shaped it."""
        return {**values, "cache_key": self._key} if self._key and not self._called and may_serve(values) else values

    async def _run_program(self, request: ExecutionRequest) -> tuple[ExecutionResult, list[dict[str, Any]]]:
        request, control = await request.loaded(self._blobs), Control()
        inbox = Inbox(self._executions.streams, self.execution.id, signal=control.signal, resize=control.resize)
        receiver = asyncio.create_task(inbox.receive())
        spec = request.spec(inbox.stdin() if request.interactive else None)
        self._run = asyncio.create_task(
            self._engine.run(spec, on_event=self._narrator.take, control=control, patient=True)
        )
        if self._stop is not None:
            self._run.cancel()
        try:
            result = await self._run
        finally:
            self._run.cancel()
            self._called = inbox.called
            self._narrator.end()
            receiver.cancel()
            await asyncio.wait({receiver})
        return result, await keep_artifacts(result, self._blobs)

    async def _watch(self) -> None:
        """Stop when somebody cancels: the hint comes at once, and a renewal finds what a lost hint did not tell."""
        with self._executions.bus.subscribe(cancel_topic(self.execution.id)) as hint:
            while True:
                await hint.wait()
                hint.clear()
                with contextlib.suppress(StoreError):
                    self.heed(
                        await self._executions.database.read(
                            lambda connection: claims.find_stop(connection, self.claim)
                        )
                    )

    async def _write_stopped(self) -> None:
        match self._stop:
            case Stop.CANCELLED:
                written = (self._narrator.written(stream) for stream in ("stdout", "stderr"))
                await self._finish(cancelled_values(self._reason, *written))
            case Stop.LOST:
                _log.warning("claim_lost", execution_id=str(self.execution.id))
            case Stop.SHUTDOWN | None:
                if await self._write(lambda connection, now: claims.give_back(connection, self.claim, now=now)):
                    self._executions.announce(self.execution.id)

    async def _write_fault(self, message: str) -> None:
        policy, execution = self._executions.policy, self.execution
        if execution.attempts > policy.retries:
            await self._finish(failed_values(message, b"", b""))
            return
        wait = policy.back_off * 2 ** (execution.attempts - 1)
        self._metrics.record_retry(RetryReason.PLATFORM_FAULT)
        _log.warning("attempt_lost", execution_id=str(execution.id), attempt=execution.attempts, detail=message)
        await self._write(
            lambda connection, now: claims.retry(connection, self.claim, run_at=now + wait, message=message)
        )

    async def _finish(self, values: dict[str, Any]) -> None:
        kept = await self._put_outputs(values)

        def finish(connection: Connection, now: datetime) -> Execution | None:
            charged = charge_of(self.execution, kept, now=now)
            if not claims.finish(connection, self.claim, kept, charged=charged, now=now):
                return None
            return replace(self.execution, **values, lease_until=None, finished_at=now)

        ended = await self._write(finish, single=claims.is_small(kept))
        if ended is None:
            _log.warning("result_refused", execution_id=str(self.execution.id), detail="the claim was lost meanwhile")
        else:
            # Of one that was cancelled, the row tells by whom.
            self._tell_end(values, ended if self._stop is None else None)

    async def _put_outputs(self, values: dict[str, Any]) -> dict[str, Any]:
        """Put large outputs where they belong; while that place is away they stay in the row, which bears them."""
        try:
            return await put_outputs(self._blobs, values)
        except StoreError as error:
            _log.warning("outputs_kept_in_row", execution_id=str(self.execution.id), detail=str(error))
            return values

    def _tell_end(self, values: dict[str, Any], execution: Execution | None = None) -> None:
        self._executions.tell_end(self.execution.id, values["status"], execution)
        # What it used, where it was run.
        used = {} if values.get("cached") else values
        cpu_ms, wall_ms = used.get("cpu_time_ms"), used.get("execution_time_ms")
        self._metrics.record_execution(
            language=self.execution.language,
            status=values["status"],
            outcome=values.get("outcome"),
            wall_time=None if cpu_ms is None or wall_ms is None else timedelta(milliseconds=wall_ms),
            cpu_time=None if cpu_ms is None else timedelta(milliseconds=cpu_ms),
            memory_peak_bytes=used.get("memory_peak_bytes"),
        )

    async def _write(self, change: Callable[[Connection, datetime], T], *, single: bool = True) -> T | None:
        """Make the change; while the database is away, try until the claim has surely been lost: then it is None."""
        database = self._executions.database
        deadline = asyncio.get_running_loop().time() + (10 * self._executions.policy.lease).total_seconds()
        while True:
            try:
                return await database.transact(
                    lambda connection: change(connection, database.clock(connection)), single=single
                )
            except StoreError as error:
                if asyncio.get_running_loop().time() > deadline:
                    _log.error("result_lost", execution_id=str(self.execution.id), detail=str(error))
                    return None
                await asyncio.sleep(0.5)
