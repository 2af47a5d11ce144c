"""Whether the servers that carry hints answer, for who asks over HTTP."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from celery import Celery
from redis.asyncio import Redis

from runward.queue.redis import FAULTS, words

CONNECTED, DISCONNECTED, NOT_USED = "connected", "disconnected", "not used"
_ANSWERS_WITHIN_SECONDS = 2.0
# Workers are asked all at once, and whoever has not answered by then is not counted.
_WORKERS_ANSWER_WITHIN_SECONDS = 0.7
_KEPT_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisHealth:
    """``status`` connected with ``ping`` PONG, disconnected with a reason, or not used with an explanation."""

    status: str
    ping: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CeleryHealth:
    """``status`` as with Redis; how many workers answered through the broker, and how many tasks they run."""

    status: str
    active_workers: int = 0
    active_tasks: int = 0
    reason: str | None = None


async def check_redis(redis: Redis | None) -> RedisHealth:
    """Send a PING; None means that the deployment uses no Redis."""
    if redis is None:
        return RedisHealth(status=NOT_USED, reason="REDIS_URL is not set: everything passes within one process")
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_SECONDS):
            await redis.execute_command("PING")  # type: ignore[no-untyped-call]  # as it comes
    except FAULTS as error:
        reason = "it does not answer" if isinstance(error, TimeoutError) else words(error)
        return RedisHealth(status=DISCONNECTED, reason=reason)
    return RedisHealth(status=CONNECTED, ping="PONG")


class CeleryProbe:
    """Asks the broker and, through it, all workers; the answer is kept for a second, however many ask."""

    def __init__(self, app: Celery | None) -> None:
        self._app = app
        self._asking: asyncio.Task[CeleryHealth] | None = None
        self._asked_at = 0.0

    async def check(self) -> CeleryHealth:
        """Return how they are; None as the application means that the deployment uses no broker."""
        if self._app is None:
            return CeleryHealth(
                status=NOT_USED, reason="RUNWARD_BROKER_URL is not set: workers learn of work without a broker"
            )
        if self._asking is None or (self._asking.done() and time.monotonic() > self._asked_at + _KEPT_SECONDS):
            self._asking = asyncio.create_task(asyncio.to_thread(_ask, self._app))
            self._asking.add_done_callback(self._note_time)
        return await asyncio.shield(self._asking)

    def _note_time(self, _asking: asyncio.Task[CeleryHealth]) -> None:
        self._asked_at = time.monotonic()


def _ask(app: Celery) -> CeleryHealth:
    connection: Any = app.connection_for_write(connect_timeout=_ANSWERS_WITHIN_SECONDS)
    try:
        with connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=_ANSWERS_WITHIN_SECONDS)
            inspect = app.control.inspect(connection=connection, timeout=_WORKERS_ANSWER_WITHIN_SECONDS)
            active: Any = inspect.active() or {}
    except Exception as error:  # noqa: BLE001  (drivers raise of all kinds, and each of them is an answer)
        return CeleryHealth(status=DISCONNECTED, reason=words(error))
    return CeleryHealth(
        status=CONNECTED, active_workers=len(active), active_tasks=sum(len(tasks) for tasks in active.values())
    )
