"""A worker within a process: it learns of work from the bus or from a broker, and ends in good order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from runward.engine import Engine
from runward.store.database import StoreError
from runward.store.retention import maintain
from runward.wiring.services import Services
from runward.wiring.stop import Stop
from runward.worker.celery_consumer import CeleryConsumer
from runward.worker.worker import Worker, WorkerStatus

_MAINTENANCE_SECONDS = 3600.0
_log = structlog.get_logger("runward.worker")


@asynccontextmanager
async def working(services: Services, engine: Engine, stop: Stop) -> AsyncIterator[Callable[[], WorkerStatus]]:
    """Work until told to stop, then let what runs end within the grace period; yield what tells how the worker is."""
    worker = Worker.of(services, engine)
    consumer = _open_consumer(services, worker, stop)
    running = asyncio.create_task(_work(worker, stop, services.settings.grace_period))
    maintaining = asyncio.create_task(_maintain_always(services))
    try:
        yield lambda: _status(worker, consumer)
    finally:
        stop.first.set()
        maintaining.cancel()
        if consumer is not None:
            consumer.stop()
        if stop.second.is_set():
            await worker.drain(timedelta(0))
        await _hurried(running, worker, stop)
        if consumer is not None:
            await consumer.close()
        await asyncio.gather(maintaining, return_exceptions=True)


async def _work(worker: Worker, stop: Stop, grace: timedelta) -> None:
    await worker.run(stop.first)
    await worker.drain(grace)


async def _hurried(running: asyncio.Task[None], worker: Worker, stop: Stop) -> None:
    hurry = asyncio.ensure_future(stop.second.wait())
    try:
        await asyncio.wait({running, hurry}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await worker.drain(timedelta(0))
        await running
    finally:
        hurry.cancel()


def _open_consumer(services: Services, worker: Worker, stop: Stop) -> CeleryConsumer | None:
    celery = services.connections.celery
    if celery is None:
        return None
    slots = services.settings.max_concurrent_executions
    consumer = CeleryConsumer(celery, worker.run_next, slots=slots, name=worker.name)
    consumer.start(stop.first)
    return consumer


def _status(worker: Worker, consumer: CeleryConsumer | None) -> WorkerStatus:
    status = worker.status()
    # Without its broker it finds work by looking: late, but all of it.
    return status if consumer is None else replace(status, hampered=consumer.trouble)


async def _maintain_always(services: Services) -> None:
    """Archive and clear up now and every hour; of several processes on PostgreSQL one does it at a time."""
    database = services.database
    while True:
        try:
            now = await database.read(database.clock)
            done = await maintain(
                database,
                services.blobs,
                retention_days=services.settings.retention_days,
                audit_days=services.settings.audit_days,
                usage_days=services.settings.usage_days,
                now=now,
            )
            _log.debug("maintained", archived=done.executions_archived, blobs=done.blobs_removed)
        except StoreError as error:
            _log.warning("maintenance_failed", detail=f"{error}; it is tried again in an hour")
        await asyncio.sleep(_MAINTENANCE_SECONDS)
